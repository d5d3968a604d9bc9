using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Infra.Storage;

internal sealed class StorageIntentTable : IEntityTypeConfiguration<StorageIntent>
{
    public void Configure(EntityTypeBuilder<StorageIntent> builder)
    {
        builder.ToTable("storage_intents", table =>
        {
            table.HasCheckConstraint("ck_storage_intents_state", "state IN ('WRITING', 'PUBLISHED', 'DOOMED')");
            table.HasCheckConstraint("ck_storage_intents_job", "(job_id IS NULL) = (fence IS NULL)");
        });
        builder.HasKey(i => i.Prefix);
        builder.Property(i => i.Sweeps).HasDefaultValue(0);
        builder.Property(i => i.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasIndex(i => i.VideoId);

        // What the collector looks for.
        builder.HasIndex(i => i.ExpiresAt).HasFilter("state <> 'PUBLISHED'");
    }
}
