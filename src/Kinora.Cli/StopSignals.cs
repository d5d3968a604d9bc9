using System.Runtime.InteropServices;

namespace Kinora.Cli;

/// <summary>Ctrl-C, TERM and the closing of the terminal as tokens: the first asks for an orderly stop, the second for a hasty one.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int InterruptedExitCode = 130;

    private static readonly CancellationTokenSource Again = new();
    private readonly CancellationTokenSource _requested = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public StopSignals() => _registrations =
        [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(s => PosixSignalRegistration.Create(s, OnSignal))];

    public CancellationToken Requested => _requested.Token;

    /// <summary>Set by the second signal of the process: who waits for a drain waits no longer.</summary>
    public static CancellationToken Hurry => Again.Token;

    /// <summary>Returns when the stop is asked for.</summary>
    public static async Task WaitAsync(CancellationToken requested)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = requested.Register(asked.SetResult);
        await asked.Task;
    }

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _requested.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        (_requested.IsCancellationRequested ? Again : _requested).Cancel();
    }
}
