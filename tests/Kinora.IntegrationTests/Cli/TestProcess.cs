using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Cli;

/// <summary>Any program under supervision.</summary>
internal sealed class TestProcess(ChildProcess process, bool isReady, Action onStop) : IRunningProcess
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private bool _isDisposed;

    public int Id => process.Id;

    public int? Port => null;

    public Task<int> Exited => process.Exited;

    public static async Task<IRunningProcess> StartAsync(
        string program, IReadOnlyList<string> arguments, bool isReady = true, Action? onStop = null) =>
        new TestProcess(await ChildProcess.StartAsync(new ChildProcessSpec(program, arguments)), isReady, onStop ?? (() => { }));

    public Task<bool> IsReadyAsync(CancellationToken cancellation) => Task.FromResult(isReady);

    public void Signal(PosixSignalNumber signal) => process.Signal(signal);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        onStop();
        await process.StopAsync(Grace);
        await process.DisposeAsync();
    }
}
