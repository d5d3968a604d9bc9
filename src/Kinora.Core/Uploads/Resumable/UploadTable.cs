using Kinora.Core.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Uploads.Resumable;

internal sealed class UploadTable : IEntityTypeConfiguration<Upload>
{
    public void Configure(EntityTypeBuilder<Upload> builder)
    {
        builder.ToTable("uploads", table =>
        {
            table.HasCheckConstraint("ck_uploads_status", "status IN ('ACTIVE', 'COMPLETE', 'FINISHED')");
            table.HasCheckConstraint("ck_uploads_offset", "offset_bytes BETWEEN 0 AND length_bytes");
            table.HasCheckConstraint("ck_uploads_complete", "status = 'ACTIVE' OR offset_bytes = length_bytes");
            table.HasCheckConstraint("ck_uploads_tail", "(tail_key IS NULL) = (tail_sha256 IS NULL)");
        });
        builder.Ignore(u => u.LeftBytes);
        builder.Property(u => u.OffsetBytes).HasDefaultValue(0L);
        builder.Property(u => u.Fence).HasDefaultValue(0L);
        builder.Property(u => u.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasOne<User>().WithMany().HasForeignKey(u => u.OwnerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(u => u.ExpiresAt);
        builder.HasIndex(u => u.Status).HasFilter("status = 'COMPLETE'");
    }
}

internal sealed class UploadPartTable : IEntityTypeConfiguration<UploadPart>
{
    public void Configure(EntityTypeBuilder<UploadPart> builder)
    {
        builder.ToTable("upload_parts");
        builder.HasKey(p => new { p.UploadId, p.Number });
        builder.HasOne<Upload>().WithMany().HasForeignKey(p => p.UploadId).OnDelete(DeleteBehavior.Cascade);
    }
}
