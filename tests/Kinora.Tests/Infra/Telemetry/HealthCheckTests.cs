using System.Diagnostics;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kinora.Tests.Infra.Telemetry;

public sealed class HealthCheckTests
{
    [Fact]
    public async Task A_ping_that_answers_is_ok()
    {
        var report = await Check(_ => Task.CompletedTask).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal("ok", report.Status);
    }

    [Fact]
    public async Task A_ping_that_throws_is_down()
    {
        var report = await Check(_ => throw new IOException("gone")).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal("down", report.Status);
    }

    [Fact]
    public async Task A_ping_that_hangs_and_ignores_its_token_is_cut_off_within_a_second()
    {
        var start = Stopwatch.GetTimestamp();

        var report = await Check(_ => Task.Delay(Timeout.Infinite, CancellationToken.None)).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal("down", report.Status);
        Assert.InRange(report.LatencyMs, 850, 5000);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 850, 5000);
    }

    [Fact]
    public async Task A_ping_that_blocks_its_thread_does_not_block_the_caller()
    {
        using var never = new ManualResetEventSlim();
        var check = Check(_ =>
        {
            never.Wait(TimeSpan.FromSeconds(20), CancellationToken.None);
            return Task.CompletedTask;
        });

        var report = await check.RunAsync(TestContext.Current.CancellationToken);
        never.Set();

        Assert.Equal("down", report.Status);
    }

    [Fact]
    public async Task Many_callers_share_one_ping()
    {
        var pings = 0;
        var answer = new TaskCompletionSource();
        var check = Check(_ =>
        {
            Interlocked.Increment(ref pings);
            return answer.Task;
        });

        var callers = Enumerable.Range(0, 50).Select(_ => check.RunAsync(TestContext.Current.CancellationToken)).ToArray();
        answer.SetResult();
        var reports = await Task.WhenAll(callers);

        Assert.Equal(1, pings);
        Assert.All(reports, report => Assert.Equal("ok", report.Status));
    }

    [Fact]
    public async Task A_dependency_that_comes_back_is_ok_again()
    {
        var isAway = true;
        var check = Check(_ => isAway ? throw new IOException("gone") : Task.CompletedTask);

        var first = await check.RunAsync(TestContext.Current.CancellationToken);
        isAway = false;
        var second = await check.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("down", "ok"), (first.Status, second.Status));
    }

    private static HealthCheck Check(Func<CancellationToken, Task> ping) => new("test", ping, TimeProvider.System, NullLogger.Instance);
}
