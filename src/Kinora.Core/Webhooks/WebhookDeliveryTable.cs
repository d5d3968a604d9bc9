using Kinora.Core.Infra.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Webhooks;

internal sealed class WebhookDeliveryTable : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.ToTable("webhook_deliveries", table =>
        {
            table.HasCheckConstraint("ck_webhook_deliveries_status", "status IN ('PENDING', 'SUCCEEDED', 'FAILED')");
            table.HasCheckConstraint("ck_webhook_deliveries_finished", "(status = 'PENDING') = (finished_at IS NULL)");
            table.HasCheckConstraint("ck_webhook_deliveries_lease", "lease_until IS NULL OR status = 'PENDING'");
        });
        builder.Property(d => d.Attempts).HasDefaultValue(0);
        builder.Property(d => d.Fence).HasDefaultValue(0L);
        builder.Property(d => d.Status).HasDefaultValue(DeliveryStatus.Pending).HasSentinel(DeliveryStatus.Pending);
        builder.Property(d => d.NextAttemptAt).HasDefaultValueSql("clock_timestamp()");
        builder.Property(d => d.Log).HasJsonColumn<IReadOnlyList<DeliveryAttempt>>();
        builder.Property(d => d.Log).HasDefaultValueSql("'[]'");
        builder.Property(d => d.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasOne<Webhook>().WithMany().HasForeignKey(d => d.WebhookId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(d => new { d.WebhookId, d.EventId }).IsUnique();
        builder.HasIndex(d => new { d.WebhookId, d.Id }).IsDescending(false, true);
        builder.HasIndex(d => new { d.WebhookId, d.NextAttemptAt }, "ix_webhook_deliveries_pending").HasDatabaseName("ix_webhook_deliveries_pending")
            .HasFilter("status = 'PENDING'");
        builder.HasIndex(d => d.FinishedAt).HasFilter("finished_at IS NOT NULL");
    }
}
