using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Kinora.Core.Operations;
using Kinora.Core.Webhooks;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>Says that this worker is there, for the operator's page; apart from the leases, which decide who owns a job.</summary>
internal sealed partial class WorkerHeartbeat(
    WorkerPresence presence, Sandbox sandbox, IOptions<WorkerOptions> options, TimeProvider time, ILogger<WorkerHeartbeat> logger) : BackgroundService
{
    public static readonly string Name = $"{Environment.MachineName}:{Environment.ProcessId}";
    private static readonly TimeSpan SayTimeout = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var startedAt = time.GetUtcNow();
        var kind = await sandbox.FindAsync();
        using var timer = new PeriodicTimer(WorkerPresence.Interval, time);
        try
        {
            do
            {
                await TryAsync(cancellation => presence.SayAsync(Describe(startedAt, kind), cancellation), stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        await TryAsync(cancellation => presence.TakeBackAsync(Name, cancellation), CancellationToken.None);
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
        catch (Exception e) when (DatabaseOutage.Is(e) || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            LogAway(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The worker could not say that it is there: {reason}")]
    private partial void LogAway(string reason);
}
