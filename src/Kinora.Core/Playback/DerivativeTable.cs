using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Playback;

internal sealed class DerivativeTable : IEntityTypeConfiguration<Derivative>
{
    public void Configure(EntityTypeBuilder<Derivative> builder)
    {
        builder.ToTable("derivatives", table =>
            table.HasCheckConstraint("ck_derivatives_type", "type IN ('THUMBNAIL', 'HLS')"));
        builder.Property(d => d.Manifest).HasJsonColumn<Manifest>();
        builder.Property(d => d.Verification).HasColumnType("jsonb");
        builder.Property(d => d.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasOne<Video>().WithMany().HasForeignKey(d => d.VideoId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Job>().WithMany().HasForeignKey(d => d.JobId).OnDelete(DeleteBehavior.Restrict);

        // The old derivative's row goes in the transaction that brings the new one: only the current one has a row.
        builder.HasIndex(d => new { d.VideoId, d.Type }).IsUnique();
        builder.HasIndex(d => d.Prefix).IsUnique();
    }
}
