using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Kinora.Core.Operations;
using Kinora.Core.Webhooks;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>Says that this worker is there, for the operator's page; apart from the leases, which decide who owns a job.</summary>
internal sealed partial class WorkerHeartbeat(
    WorkerPresence presence,
    Sandbox sandbox,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<WorkerHeartbeat> logger)
    : BackgroundService, IHostedLifecycleService
{
    public static readonly string Name = $"{Environment.MachineName}:{Environment.ProcessId}";
    private static readonly TimeSpan SayTimeout = TimeSpan.FromSeconds(5);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>It is still there while its jobs drain.</summary>
    public override Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(cancellation => presence.TakeBackAsync(Name, cancellation), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var startedAt = time.GetUtcNow();
        using var timer = new PeriodicTimer(WorkerPresence.Interval, time);
        try
        {
            do
            {
                await TryAsync(async cancellation => await presence.SayAsync(Describe(startedAt, await sandbox.FindAsync()), cancellation), stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
    private WorkerProcess Describe(DateTimeOffset startedAt, SandboxKind kind)
    {
        var slots = options.Value.Concurrency;
        return new WorkerProcess
        {
            Name = Name,
            Version = HealthService.Version,
            Sandbox = kind.ToString().ToLowerInvariant(),
            Slots = new Dictionary<string, int>
            {
                [JobType.Fetch.ToQueue()] = slots.Fetch,
                [JobType.Analyze.ToQueue()] = slots.Analyze,
                [JobType.Thumbnail.ToQueue()] = slots.Thumbnail,
                [JobType.Hls.ToQueue()] = slots.Hls,
                [WebhookDispatcher.Queue] = slots.Webhooks,
            },
            StartedAt = startedAt,
        };
    }

    /// <summary>Nothing depends on it: what fails is tried again in the next round.</summary>
    private async Task TryAsync(Func<CancellationToken, Task> say, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(SayTimeout);
        try
        {
            await say(limit.Token);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogAway(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The worker could not say that it is there: {reason}")]
    private partial void LogAway(string reason);
}
