using Kinora.Core;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Kinora.Worker.Jobs;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>The one list of what a worker is made of.</summary>
internal static class WorkerSetup
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var services = builder.Services;
        builder.AddKinoraLogging();
        services.AddKinoraWorker(builder.Configuration);
        services.AddKinoraTelemetry(ProcessRole.Worker);
        services.AddKinoraMetricsExport();
        services.AddOptions<WorkerOptions>().BindConfiguration("Kinora:Worker").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<FfmpegOptions>().PostConfigure<IOptions<WorkerOptions>>(
            (ffmpeg, worker) => ffmpeg.ShareCores(Environment.ProcessorCount, worker.Value.Concurrency.Hls));
        if (builder.Environment.IsDevelopment())
        {
            services.PostConfigure<SandboxOptions>(sandbox => sandbox.Mode ??= SandboxMode.BestEffort);
        }

        services.AddSingleton<WorkDirectory>();
        services.AddHostedService<DeadFolders>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService<CancelListener>();
        services.AddHostedService<WorkerHeartbeat>();
        AddJob<FetchHandler>(services, JobType.Fetch, c => c.Fetch);
        AddJob<AnalyzeHandler>(services, JobType.Analyze, c => c.Analyze);
        AddJob<ThumbnailHandler>(services, JobType.Thumbnail, c => c.Thumbnail);
        AddJob<HlsHandler>(services, JobType.Hls, c => c.Hls);
        services.AddHostedService<WebhookHost>();
        services.AddOptions<HostOptions>().Configure<IOptions<WorkerOptions>>((host, worker) =>
        {
            // All queues drain at once, and the host waits for all of it.
            host.ServicesStopConcurrently = true;
            host.ShutdownTimeout = worker.Value.Drain + JobHost.SettleTime + TimeSpan.FromSeconds(5);
        });

        var app = builder.Build();
        app.MapMonitoring();
        return app;
    }

    private static void AddJob<THandler>(IServiceCollection services, JobType type, Func<Concurrency, int> slots)
        where THandler : class, IJobHandler
    {
        services.AddKeyedSingleton<IJobHandler, THandler>(type);
        services.AddSingleton<IHostedService>(provider => new JobHost(
            type,
            slots(provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Concurrency),
            provider.GetRequiredService<IJobQueue>(),
            provider.GetRequiredService<JobRunner>(),
            provider.GetRequiredService<LeaseKeeper>(),
            provider.GetRequiredService<WorkDirectory>(),
            provider.GetRequiredService<IOptions<WorkerOptions>>(),
            provider.GetRequiredService<ILogger<JobHost>>()));
    }
}
