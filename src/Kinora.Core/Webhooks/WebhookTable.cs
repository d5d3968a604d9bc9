using Kinora.Core.Accounts;
using Kinora.Core.Infra.Outbound;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Webhooks;

internal sealed class WebhookTable : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.ToTable("webhooks", table =>
        {
            table.HasCheckConstraint("ck_webhooks_status", "status IN ('ENABLED', 'DISABLED')");
            table.HasCheckConstraint("ck_webhooks_disabled", "(status = 'DISABLED') = (disabled_reason IS NOT NULL)");
            table.HasCheckConstraint("ck_webhooks_events", "cardinality(events) > 0");
            table.HasCheckConstraint("ck_webhooks_previous_secret", "(previous_secret IS NULL) = (previous_secret_ends_at IS NULL)");
        });
        builder.Property(w => w.Url).HasMaxLength(OutboundRules.MaxLength);
        builder.Property(w => w.Description).HasMaxLength(Webhook.MaxDescriptionLength);
        builder.Property(w => w.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.Property(w => w.UpdatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasOne<User>().WithMany().HasForeignKey(w => w.OwnerId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(w => w.OwnerId);
    }
}
