using System.Collections.Concurrent;
using Kinora.Cli;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;

namespace Kinora.IntegrationTests.Cli;

public sealed class SupervisorTests : IAsyncLifetime, IProcessLog
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _stopped = new();
    private readonly Supervisor _supervisor;
    private IReadOnlyList<RunningProcessState> _processes = [];

    public SupervisorTests() => _supervisor = new Supervisor(this, TimeProvider.System, processes => _processes = processes);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _supervisor.DisposeAsync();

    void IProcessLog.Write(string process, string line) => _lines.Enqueue($"{process}: {line}");

    string IProcessLog.WhereToLook(string process) => "above";

    [Fact]
    public async Task A_process_that_is_killed_is_started_again()
    {
        await _supervisor.StartAsync([Sleeper("api")], Cancellation);
        var first = _processes.Single().Identity;

        await first.EndAsync(PosixSignalNumber.Kill, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(10), Cancellation);

        await Eventually.TrueAsync(() => _processes is [var now] && now.Identity != first && now.Identity.IsAlive, () => string.Join('\n', _lines));
        Assert.Contains(_lines, line => line.Contains("exit code 137", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stages_stop_in_the_opposite_order_of_their_start()
    {
        await _supervisor.StartAsync([Sleeper("postgres")], Cancellation);
        await _supervisor.StartAsync([Sleeper("redis")], Cancellation);
        await _supervisor.StartAsync([Sleeper("api"), Sleeper("worker-1")], Cancellation);
        var processes = _processes;

        await _supervisor.StopAsync(CancellationToken.None);

        Assert.Equal(["postgres", "redis", "api", "worker-1"], processes.Select(p => p.Role));
        Assert.Equal(["redis", "postgres"], _stopped.Skip(2));
        Assert.DoesNotContain(processes, p => p.Identity.IsAlive);
        Assert.Empty(_processes);
    }

    [Fact]
    public async Task A_process_that_ends_at_its_first_start_stops_the_whole_start()
    {
        var failure = await Assert.ThrowsAsync<CommandFailure>(
            () => _supervisor.StartAsync([new ProcessPlan("api", "api", _ => TestProcess.StartAsync("sh", ["-c", "exit 3"], isReady: false))], Cancellation));

        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hasty_stop_kills_what_ignores_the_first_signal()
    {
        await _supervisor.StartAsync(
            [new ProcessPlan("api", "api", _ => TestProcess.StartAsync("sh", ["-c", "trap '' TERM; while :; do sleep 60; done"]))], Cancellation);
        var process = _processes.Single().Identity;
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await _supervisor.StopAsync(hurry.Token);

        Assert.False(process.IsAlive);
    }

    private ProcessPlan Sleeper(string name) =>
        new(name, name, _ => TestProcess.StartAsync("sleep", ["600"], onStop: () => _stopped.Enqueue(name)));
}
