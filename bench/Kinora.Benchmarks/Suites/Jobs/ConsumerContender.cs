using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Processes;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Queues;

namespace Kinora.Benchmarks.Suites.Jobs;

/// <summary>
/// A consumer that is begun anew and warmed up in each round. The same producer serves all of them: only the consumer differs.
/// CPU and memory are those of the many jobs; the single ones are spent with waiting.
/// </summary>
internal sealed class ConsumerContender(string name, ChildProcessSpec program, IJobQueue producer, Scale scale) : IContender
{
    public static readonly Metric PickUpMedian = new("pick-up p50", "ms");
    public static readonly Metric PickUpTail = new("pick-up p99", "ms");
    public static readonly Metric Throughput = new("throughput", "jobs/s");

    private const int Concurrency = 10;
    private const int Producers = 20;

    /// <summary>Until the consumer has gone back to waiting: it is to be woken.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(5);

    public string Name => name;

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        await using var consumer = await ConsumerProcess.StartAsync(program);
        await ConsumeManyAsync(consumer, await EnqueueAsync(scale.Of(2000, 100), cancellation), cancellation);
        await PickUpAsync(consumer, scale.Of(100, 10), cancellation);

        var pickUps = await PickUpAsync(consumer, scale.Of(500, 20), cancellation);
        var many = await EnqueueAsync(scale.Of(5000, 200), cancellation);
        var measured = await new UsageMeter(countsThisProcess: false).MeasureAsync(async () =>
            new Dictionary<Metric, double> { [Throughput] = await ConsumeManyAsync(consumer, many, cancellation) });
        return measured.With([
            new(PickUpMedian, Statistics.Percentile(pickUps, 0.5)),
            new(PickUpTail, Statistics.Percentile(pickUps, 0.99)),
        ]);
    }

    /// <returns>Of each job the milliseconds from before it was sent to the beginning of its handler.</returns>
    private async Task<List<double>> PickUpAsync(ConsumerProcess consumer, int count, CancellationToken cancellation)
    {
        var queue = NewQueue();
        await consumer.AskAsync(new ConsumeRequest(queue, count, Concurrency, TellsEach: true), cancellation);
        var times = new List<double>();
        for (var number = 0; number < count; number++)
        {
            await Task.Delay(Idle, cancellation);
            var sentNs = MonotonicClock.Nanoseconds;
            await producer.EnqueueAsync(queue, Message(number), cancellation);
            var line = await consumer.SaysAsync("job", cancellation);
            times.Add((line.StartedNs - sentNs) / 1e6);
        }

        await consumer.SaysAsync("done", cancellation);
        return times;
    }

    /// <returns>Jobs a second, from the beginning of the first handler to the end of the last job: without the consumer's connecting.</returns>
    private static async Task<double> ConsumeManyAsync(ConsumerProcess consumer, (string Queue, int Count) jobs, CancellationToken cancellation)
    {
        await consumer.AskAsync(new ConsumeRequest(jobs.Queue, jobs.Count, Concurrency, TellsEach: false), cancellation);
        var line = await consumer.SaysAsync("done", cancellation);
        return jobs.Count / ((line.LastNs - line.FirstNs) / 1e9);
    }

    private async Task<(string Queue, int Count)> EnqueueAsync(int count, CancellationToken cancellation)
    {
        var queue = NewQueue();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Producers, CancellationToken = cancellation },
            async (number, stop) => await producer.EnqueueAsync(queue, Message(number), stop));
        return (queue, count);
    }

    private static string NewQueue() => $"bench-{Guid.CreateVersion7()}";

    /// <summary>As Kinora's own: an id, and data that say the same.</summary>
    private static QueueMessage Message(int number)
    {
        var id = Guid.CreateVersion7();
        return new QueueMessage($"{id}-{number}", "HLS", $$"""{"jobId":"{{id}}"}""");
    }
}
