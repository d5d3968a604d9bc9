using Kinora.Core.Infra.Queues;
using Kinora.Core.Operations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>Looks at the queues' lengths from time to time, so that a scrape of /metrics never waits for Redis.</summary>
public sealed class QueueLengthSampler(IJobQueue queue, KinoraMetrics metrics, IOptions<TelemetryOptions> options, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan CountLimit = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.QueueSampleInterval, time);
        do
        {
            metrics.ShowQueues(await CountAsync(stoppingToken));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<IReadOnlyDictionary<string, QueueCounts>> CountAsync(CancellationToken cancellation)
    {
        var counts = new Dictionary<string, QueueCounts>();
        try
        {
            foreach (var name in QueueNames.All)
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limit.CancelAfter(CountLimit);
                counts[name] = await queue.CountAsync(name, limit.Token).WaitAsync(CountLimit, time, cancellation);
            }

            return counts;
        }
        catch (Exception e) when (e is QueueUnavailableException or TimeoutException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return new Dictionary<string, QueueCounts>(); // the health checks and the queue's own log say that Redis is away
        }
    }
}
