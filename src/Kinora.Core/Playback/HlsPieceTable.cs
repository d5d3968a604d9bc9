using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Playback;

internal sealed class HlsPieceTable : IEntityTypeConfiguration<HlsPiece>
{
    public void Configure(EntityTypeBuilder<HlsPiece> builder)
    {
        builder.ToTable("hls_pieces");
        builder.HasKey(p => new { p.JobId, p.Track, p.Number });
        builder.Property(p => p.File).HasJsonColumn<ManifestFile>();
        builder.Property(p => p.Facts).HasColumnType("jsonb");
        builder.Property(p => p.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasOne<Job>().WithMany().HasForeignKey(p => p.JobId).OnDelete(DeleteBehavior.Restrict);
    }
}
