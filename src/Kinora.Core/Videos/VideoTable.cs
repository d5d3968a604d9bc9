using Kinora.Core.Accounts;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Outbound;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Videos;

internal sealed class VideoTable : IEntityTypeConfiguration<Video>
{
    public void Configure(EntityTypeBuilder<Video> builder)
    {
        builder.ToTable("videos", table =>
        {
            table.HasCheckConstraint("ck_videos_status", "status IN ('FETCHING', 'UPLOADED', 'ANALYZED', 'READY', 'FAILED')");
            table.HasCheckConstraint("ck_videos_failed_has_code", "(status = 'FAILED') = (error_code IS NOT NULL)");
            table.HasCheckConstraint("ck_videos_media_info", "status NOT IN ('ANALYZED', 'READY') OR media_info IS NOT NULL");
            table.HasCheckConstraint("ck_videos_size", "size_bytes > 0");
            table.HasCheckConstraint("ck_videos_source", "num_nulls(size_bytes, content_type, sha256, source_key) IN (0, 4)");
            table.HasCheckConstraint("ck_videos_has_source", "status = 'FAILED' OR (status = 'FETCHING') = (source_key IS NULL)");

            // It may bear secrets: it is there while it is needed, whoever ends that.
            table.HasCheckConstraint("ck_videos_fetch_url", "(fetch_url IS NOT NULL) = (status = 'FETCHING' AND deleted_at IS NULL)");
        });
        builder.Property(v => v.Title).HasMaxLength(Video.MaxTitleLength);
        builder.Property(v => v.OriginalFilename).HasMaxLength(255);
        builder.Property(v => v.ContentType).HasMaxLength(100);
        builder.Property(v => v.FetchUrl).HasMaxLength(OutboundRules.MaxLength);
        builder.Ignore(v => v.Source);
        builder.Property(v => v.MediaInfo).HasJsonColumn<MediaInfo>();
        builder.Property(v => v.CreatedAt).HasDefaultValueSql("now()");
        builder.Property(v => v.UpdatedAt).HasDefaultValueSql("now()");
        builder.HasOne<User>().WithMany().HasForeignKey(v => v.OwnerId).OnDelete(DeleteBehavior.Restrict);

        // The list of one owner's videos, newest first (ids sort by time), with and without a status.
        builder.HasIndex(v => new { v.OwnerId, v.Id }).IsDescending(false, true).HasFilter("deleted_at IS NULL");
        builder.HasIndex(v => new { v.OwnerId, v.Status, v.Id }).IsDescending(false, false, true).HasFilter("deleted_at IS NULL");
    }
}
