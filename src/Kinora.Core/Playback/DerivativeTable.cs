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

        builder.HasIndex(d => new { d.VideoId, d.Type }).IsUnique().HasFilter("replaced_at IS NULL");
        builder.HasIndex(d => d.Prefix).IsUnique();
    }
}
