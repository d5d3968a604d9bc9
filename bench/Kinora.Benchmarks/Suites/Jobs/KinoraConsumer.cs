using System.Text.Json;
using Kinora.Core.Infra.Queues;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites.Jobs;

/// <summary>
/// Kinora's queue as a consumer of no-op jobs, in a process of its own beside Node's (node/consumer.mjs). Its loop is that of the worker's
/// JobHost, without what the database adds: one receiver, and a slot for each job that runs.
/// </summary>
internal static class KinoraConsumer
{
    /// <summary>How this program is told to be one.</summary>
    public const string Argument = "consume-jobs";

    private static readonly TimeSpan ReceiveWait = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(string redis, TextReader input, TextWriter output, CancellationToken cancellation)
    {
        await using var services = JobQueues.Open(redis);
        var queue = services.GetRequiredService<IJobQueue>();
        while (await input.ReadLineAsync(cancellation) is { } line)
        {
            var request = JsonSerializer.Deserialize(line, ConversationJson.Default.ConsumeRequest)!;
            await ConsumeAsync(queue, request, output, cancellation);
        }
    }

    private static async Task ConsumeAsync(IJobQueue queue, ConsumeRequest request, TextWriter output, CancellationToken cancellation)
    {
        using var free = new SemaphoreSlim(request.Concurrency);
        var (taken, left, firstNs, lastNs) = (0, request.Count, 0L, 0L);
        var said = new Lock();
        Say(new ConsumerLine("ready"));
        while (taken < request.Count)
        {
            await free.WaitAsync(cancellation);
            if (await queue.ReceiveAsync(request.Queue, ReceiveWait, cancellation) is { } delivery)
            {
                taken++;
                _ = HandleAsync(delivery);
            }
            else
            {
                free.Release();
            }
        }

        for (var slot = 0; slot < request.Concurrency; slot++)
        {
            await free.WaitAsync(cancellation);
        }

        Say(new ConsumerLine("done", FirstNs: firstNs, LastNs: lastNs));

        async Task HandleAsync(IQueueDelivery delivery)
        {
            await Task.Yield();
            var startedNs = MonotonicClock.Nanoseconds;
            Interlocked.CompareExchange(ref firstNs, startedNs, 0);
            await delivery.CompleteAsync(cancellation);
            if (request.TellsEach)
            {
                Say(new ConsumerLine("job", startedNs));
            }

            if (Interlocked.Decrement(ref left) == 0)
            {
                lastNs = MonotonicClock.Nanoseconds;
            }

            free.Release();
        }

        void Say(ConsumerLine line)
        {
            lock (said)
            {
                output.WriteLine(JsonSerializer.Serialize(line, ConversationJson.Default.ConsumerLine));
                output.Flush();
            }
        }
    }
}
