using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Events;

/// <summary>No foreign key: one would lock the video's row in every transaction that writes an event.</summary>
internal sealed class EventTable : IEntityTypeConfiguration<Event>
{
    public void Configure(EntityTypeBuilder<Event> builder)
    {
        builder.ToTable("events", table =>
        {
            table.HasCheckConstraint("ck_events_numbered", "(position IS NULL) = (sequence IS NULL)");
            table.HasCheckConstraint("ck_events_sequence", "sequence > 0");
        });
        builder.Property(e => e.Written).UseIdentityAlwaysColumn();
        builder.Property(e => e.Data).HasColumnType("jsonb");
        builder.Property(e => e.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasIndex(e => e.Position).IsUnique();
        builder.HasIndex(e => new { e.VideoId, e.Sequence }).IsUnique();
        builder.HasIndex(e => new { e.OwnerId, e.Position });
        builder.HasIndex(e => e.Written, "ix_events_to_number").HasDatabaseName("ix_events_to_number").HasFilter("position IS NULL");
        builder.HasIndex(e => e.CreatedAt);
    }
}
