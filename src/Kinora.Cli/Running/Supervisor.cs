using System.ComponentModel;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Running;

/// <summary>Starts processes in order, starts one again that ends unasked, and stops them in the opposite order.</summary>
internal sealed class Supervisor(IProcessLog log, TimeProvider time, Action<IReadOnlyList<RunningProcessState>> onChange) : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(200);
    private readonly Lock _lock = new();
    private readonly List<List<Entry>> _stages = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>
    /// Starts all of a stage at once and returns when each is ready. The stages stop in the opposite order of their starts.
    /// </summary>
    /// <exception cref="CommandFailure">One of them ended, or was not ready in time: at the first start nothing is tried again.</exception>
    public async Task StartAsync(IReadOnlyList<ProcessPlan> stage, CancellationToken cancellation)
    {
        List<Entry> entries = [.. stage.Select(plan => new Entry(plan))];
        lock (_lock)
        {
            _stages.Add(entries);
        }

        foreach (var entry in entries)
        {
            entry.Process = await StartFirstAsync(entry.Plan, cancellation);
            Started(entry);
        }

        await Task.WhenAll(entries.Select(e => WaitReadyAsync(e, cancellation)));
        foreach (var entry in entries)
        {
            entry.Watch = WatchAsync(entry);
        }
    }

    /// <summary>Stops everything; what is still draining when <paramref name="hurry"/> is set is killed.</summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        await _stopping.CancelAsync();
        foreach (var stage in Enumerable.Reverse(_stages))
        {
            await Task.WhenAll(stage.Select(e => e.Watch));
            await using var kill = hurry.Register(() => stage.ForEach(Kill));
            await Task.WhenAll(stage.Select(e => e.Process?.DisposeAsync().AsTask() ?? Task.CompletedTask));
            foreach (var entry in stage)
            {
                Ended(entry);
            }
        }

        _stages.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    private static void Kill(Entry entry)
    {
        if (entry.Process is { Exited.IsCompleted: false } running)
        {
            running.Signal(PosixSignalNumber.Kill);
        }
    }

    private static async Task<IRunningProcess> StartFirstAsync(ProcessPlan plan, CancellationToken cancellation)
    {
        try
        {
            return await plan.StartAsync(cancellation);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            throw new CommandFailure($"{plan.Name} did not start: {e.Message}");
        }
    }

    private async Task WaitReadyAsync(Entry entry, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (!await entry.Process!.IsReadyAsync(cancellation))
        {
            if (entry.Process.Exited.IsCompleted)
            {
                throw new CommandFailure(
                    $"{entry.Plan.Name} ended at its start with exit code {await entry.Process.Exited}: see its lines {log.WhereToLook(entry.Plan.Name)}.");
            }

            if (time.GetElapsedTime(began) > ReadyTimeout)
            {
                throw new CommandFailure(
                    $"{entry.Plan.Name} was not ready within {ReadyTimeout.TotalSeconds:0} s: see its lines {log.WhereToLook(entry.Plan.Name)}.");
            }

            await Task.Delay(ReadyInterval, time, cancellation);
        }
    }

    private async Task WatchAsync(Entry entry)
    {
        var backoff = new Backoff(time);
        var stopping = _stopping.Token;
        try
        {
            while (true)
            {
                backoff.Started();
                var ending = entry.Process!;
                var pid = ending.Id;
                var code = await ending.Exited.WaitAsync(stopping);
                entry.Process = null;
                Ended(entry);
                await ending.DisposeAsync();
                await StartAgainAsync(entry, $"pid {pid} ended with exit code {code}", backoff, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The stop disposes the process itself, in its turn.
        }
    }

    private async Task StartAgainAsync(Entry entry, string why, Backoff backoff, CancellationToken stopping)
    {
        while (true)
        {
            var delay = backoff.Next();
            log.Write("kinora", $"{entry.Plan.Name} {why}; starting it again in {delay.TotalSeconds:0.#} s");
            await Task.Delay(delay, time, stopping);
            try
            {
                entry.Process = await entry.Plan.StartAsync(stopping);
                Started(entry);
                log.Write("kinora", $"{entry.Plan.Name} was started again as pid {entry.Process.Id}");
                return;
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception)
            {
                why = $"did not start ({e.Message})";
            }
        }
    }

    private void Started(Entry entry)
    {
        entry.State = ProcessIdentity.Of(entry.Process!.Id) is { } identity
            ? new RunningProcessState(entry.Plan.Role, identity, entry.Process.Port)
            : null;
        Publish();
    }

    private void Ended(Entry entry)
    {
        entry.State = null;
        Publish();
    }

    private void Publish()
    {
        lock (_lock)
        {
            onChange([.. _stages.SelectMany(s => s).Select(e => e.State).OfType<RunningProcessState>()]);
        }
    }

    private sealed class Entry(ProcessPlan plan)
    {
        public ProcessPlan Plan => plan;

        public IRunningProcess? Process { get; set; }

        public RunningProcessState? State { get; set; }

        public Task Watch { get; set; } = Task.CompletedTask;
    }
}
