using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Running;

/// <summary>A started process under supervision. Disposing stops it in its own orderly way, waits for its end, and is idempotent.</summary>
public interface IRunningProcess : IAsyncDisposable
{
    int Id { get; }

    int? Port { get; }

    /// <summary>The exit code, once it has ended.</summary>
    Task<int> Exited { get; }

    /// <summary>Whether it answers requests now. Never throws but for the cancellation.</summary>
    Task<bool> IsReadyAsync(CancellationToken cancellation);

    void Signal(PosixSignalNumber signal);
}
