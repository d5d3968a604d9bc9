using Kinora.Core.Accounts;
using Kinora.Core.Events;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Outbound;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Audit;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Jobs;
using Kinora.Core.Limits;
using Kinora.Core.Limits.Rates;
using Kinora.Core.Operations;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Steps;
using Kinora.Core.Transcoding.Units;
using Kinora.Core.Uploads;
using Kinora.Core.Uploads.ByUrl;
using Kinora.Core.Uploads.Resumable;
using Kinora.Core.Videos;
using Kinora.Core.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Core;

/// <summary>The one list of what exists.</summary>
public static class KinoraSetup
{
    /// <summary>What the API and the worker share.</summary>
    public static IServiceCollection AddKinora(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddFailpoints(configuration);
        services.AddKinoraDatabase(configuration);
        services.AddKinoraStorage(configuration);
        services.AddKinoraQueue(configuration);

        services.AddValidated<JobOptions>(configuration, "Kinora:Jobs");
        services.AddSingleton(JobStatements.Default);
        services.AddSingleton<JobStore>();
        services.AddSingleton<DispatchStore>();
        services.AddSingleton<JobReaper>();
        services.AddSingleton<CompleteJob>();
        services.AddSingleton<HlsUnits>();
        services.AddSingleton<DeleteVideo>();
        services.AddSingleton<JobDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<JobDispatcher>());
        services.AddValidated<CollectorOptions>(configuration, "Kinora:Collector");
        services.AddTranscodePlanner(configuration);
        services.AddValidated<LimitOptions>(configuration, "Kinora:Limits");
        services.AddSingleton<UserLimits>();
        services.AddValidated<UploadOptions>(configuration, "Kinora:Uploads");
        services.AddOutbound(configuration);
        services.AddValidated<EventOptions>(configuration, "Kinora:Events");
        services.AddSingleton<EventLog>();
        services.AddSingleton<EventStreams>();
        services.AddHostedService<EventFeed>();
        services.AddValidated<WebhookOptions>(configuration, "Kinora:Webhooks");
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<WebhookDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookDispatcher>());
        return services;
    }

    /// <summary>What answers requests.</summary>
    public static IServiceCollection AddKinoraApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKinora(configuration);
        services.AddKinoraAccounts(configuration);
        services.AddSingleton<SigningKey>();
        services.AddScoped<VideoAccess>();
        services.AddScoped<VideoService>();
        services.AddScoped<ExplainService>();
        services.AddSingleton<PageCursor>();
        services.AddScoped<JobService>();
        services.AddScoped<TranscodeService>();
        services.AddSingleton<RateWindows>();
        services.AddSingleton<SharedRates>();
        services.AddHostedService(provider => provider.GetRequiredService<SharedRates>());
        services.AddValidated<MediaOptions>(configuration, MediaOptions.Section);
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<UploadSpool>();
        services.AddHostedService(provider => provider.GetRequiredService<UploadSpool>());
        services.AddSingleton<UploadIntents>();
        services.AddSingleton<UploadService>();
        services.AddSingleton<UrlUploads>();
        services.AddSingleton<UploadRows>();
        services.AddSingleton<UploadTurns>();
        services.AddSingleton<UploadFinisher>();
        services.AddHostedService(provider => provider.GetRequiredService<UploadFinisher>());
        services.AddSingleton<ResumableUploads>();
        services.AddValidated<PlaybackOptions>(configuration, "Kinora:Playback");
        services.AddSingleton<PlaybackToken>();
        services.AddSingleton<ManifestCache>();
        services.AddSingleton<GrowingHls>();
        services.AddScoped<PlaybackService>();
        services.AddHostedService<ProgressFeed>();
        services.AddScoped<WebhookService>();
        services.AddSingleton<SystemService>();
        return services;
    }

    /// <summary>What does the jobs.</summary>
    public static IServiceCollection AddKinoraWorker(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKinora(configuration);
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<WorkerPresence>();
        services.AddSandbox(configuration);
        services.AddMedia(configuration);
        services.AddEncoders(configuration);
        services.AddSingleton<SourceDownload>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<SourceFetcher>();
        services.AddSingleton<SourceFiles>();
        services.AddSingleton<FetchSource>();
        services.AddSingleton<ScanPackets>();
        services.AddSingleton<MakePlan>();
        services.AddSingleton<Split>();
        services.AddSingleton<Encode>();
        services.AddSingleton<ExtractText>();
        services.AddSingleton<BuildPackage>();
        services.AddSingleton<Publish>();
        services.AddSingleton<HlsPipeline>();
        services.AddSingleton<HlsPieces>();
        services.AddSingleton<PiecePublisher>();
        services.AddSingleton<EncodeSpan>();
        services.AddSingleton<FollowTrack>();
        services.AddSingleton<PublishText>();
        services.AddSingleton<PublishHls>();
        services.AddSingleton<HlsUnitRunner>();
        services.AddSingleton<Publisher>();
        services.AddSingleton<Chores>();
        services.AddSingleton<PrefixSweeper>();
        services.AddSingleton<UnfinishedPuts>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddHostedService<Collector>();
        services.AddSingleton<StoreAudit>();
        services.AddHostedService<DailyAudit>();
        return services;
    }

    private static void AddValidated<T>(this IServiceCollection services, IConfiguration configuration, string section)
        where T : class =>
        services.AddOptions<T>().Bind(configuration.GetSection(section)).ValidateDataAnnotations().ValidateOnStart();
}
