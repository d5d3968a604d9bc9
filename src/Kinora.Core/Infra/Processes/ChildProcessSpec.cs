namespace Kinora.Core.Infra.Processes;

/// <summary>What to start. Arguments are passed as they are, never through a shell.</summary>
public sealed record ChildProcessSpec(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>All of the environment: nothing is inherited but a PATH when none is given.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>"/" when null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The user and group to run as; needs root. Null: our own.</summary>
    public string? User { get; init; }

    /// <summary>Sent by the kernel when this process of ours ends, however it ends.</summary>
    public PosixSignalNumber ParentDeathSignal { get; init; } = PosixSignalNumber.Kill;

    /// <summary>Of 0 to 19, as nice(1) has it: what it leaves to others when they compete for cores.</summary>
    public int Niceness { get; init; }

    /// <summary>Once it has ended, what it started ends with it, whatever session that is in (<see cref="Descendants"/>).</summary>
    public bool EndsDescendants { get; init; }

    /// <summary>Keeps the input open for <see cref="ChildProcess.Input"/>; else it is closed at once.</summary>
    public bool RedirectInput { get; init; }

    /// <summary>Opens <see cref="ChildProcess.Output"/>; not together with <see cref="OnOutputLine"/>.</summary>
    public bool RedirectOutput { get; init; }

    /// <summary>Called for each line of output, in order, on another thread; null: the process writes to our own output.</summary>
    public Action<string>? OnOutputLine { get; init; }

    /// <summary>As <see cref="OnOutputLine"/>, for the error output.</summary>
    public Action<string>? OnErrorLine { get; init; }
}

public enum PosixSignalNumber
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
