using Kinora.Core.Accounts;
using Kinora.Core.Events;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Operations;
using Kinora.Core.Playback;
using Kinora.Core.Uploads.Resumable;
using Kinora.Core.Videos;
using Kinora.Core.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Core.Infra.Database;

/// <summary>The source of truth: what is not in it did not happen. Shared by the API and the worker.</summary>
public sealed class KinoraDb(DbContextOptions<KinoraDb> options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    public DbSet<Video> Videos => Set<Video>();

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<Derivative> Derivatives => Set<Derivative>();

    public DbSet<HlsPiece> HlsPieces => Set<HlsPiece>();

    public DbSet<StorageIntent> StorageIntents => Set<StorageIntent>();

    public DbSet<Upload> Uploads => Set<Upload>();

    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    public DbSet<Event> Events => Set<Event>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<WorkerProcess> Workers => Set<WorkerProcess>();

    public DbSet<Chore> Chores => Set<Chore>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasSequence<long>("job_fence_seq");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(KinoraDb).Assembly);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<VideoStatus>().HaveConversion<UpperCaseConverter<VideoStatus>>();
        configurationBuilder.Properties<JobType>().HaveConversion<UpperCaseConverter<JobType>>();
        configurationBuilder.Properties<JobStatus>().HaveConversion<UpperCaseConverter<JobStatus>>();
        configurationBuilder.Properties<UploadStatus>().HaveConversion<UpperCaseConverter<UploadStatus>>();
        configurationBuilder.Properties<IntentState>().HaveConversion<UpperCaseConverter<IntentState>>();
        configurationBuilder.Properties<WebhookStatus>().HaveConversion<UpperCaseConverter<WebhookStatus>>();
        configurationBuilder.Properties<WebhookDisabledReason>().HaveConversion<UpperCaseConverter<WebhookDisabledReason>>();
        configurationBuilder.Properties<DeliveryStatus>().HaveConversion<UpperCaseConverter<DeliveryStatus>>();
    }
}
