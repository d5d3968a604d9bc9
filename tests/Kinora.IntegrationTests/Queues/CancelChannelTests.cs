using System.Collections.Concurrent;
using System.Diagnostics;
using Kinora.Core.Infra.Redis;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.IntegrationTests.Queues;

public sealed class CancelChannelTests : QueueTest
{
    [Fact]
    public async Task Workers_hear_of_cancelled_jobs_before_and_after_an_outage_and_senders_never_fail()
    {
        var (api, worker) = (StartProcess().GetRequiredService<CancelChannel>(), StartProcess().GetRequiredService<CancelChannel>());
        var heard = new ConcurrentQueue<Guid>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var listening = worker.ListenAsync(heard.Enqueue, end.Token);
        await IsHeardAsync(api, heard);

        await StopRedisAsync();
        var started = Stopwatch.GetTimestamp();
        await api.PublishAsync(Guid.CreateVersion7(), Cancellation);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(2.5));

        await StartRedisAgainAsync();
        await IsHeardAsync(api, heard);
        Assert.False(listening.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
    }

    [Fact]
    public async Task Who_listens_before_Redis_is_there_hears_once_it_is_and_each_thing_once()
    {
        await StopRedisAsync();
        var log = new LogLines();
        var (api, worker) = (StartProcess().GetRequiredService<CancelChannel>(), StartProcess(log: log).GetRequiredService<CancelChannel>());
        var heard = new ConcurrentQueue<Guid>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var listening = worker.ListenAsync(heard.Enqueue, end.Token);
        await Eventually.TrueAsync(
            () => log.Lines.Count(line => line.Contains("cannot be heard", StringComparison.Ordinal)) >= 2, () => "It was not tried twice");
        await StartRedisAgainAsync();
        await IsHeardAsync(api, heard);

        heard.Clear();
        var last = Guid.CreateVersion7();
        await api.PublishAsync(last, Cancellation);
        await Eventually.TrueAsync(() => heard.Contains(last), () => "Nothing was heard");
        Assert.Single(heard, last);
        Assert.Equal(1, (long)((StackExchange.Redis.RedisResult[])(await CommandAsync("PUBSUB", "NUMSUB", "kinora:cancel"))!)[1]);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
    }

    /// <summary>Sends until it is heard: what is sent while nobody listens is lost by design.</summary>
    private static Task IsHeardAsync(CancelChannel sender, ConcurrentQueue<Guid> heard)
    {
        var sent = new HashSet<Guid>();
        return Eventually.TrueAsync(
            async () =>
            {
                var jobId = Guid.CreateVersion7();
                sent.Add(jobId);
                await sender.PublishAsync(jobId, Cancellation);
                return heard.Any(sent.Contains);
            },
            () => "Nothing was heard");
    }
}
