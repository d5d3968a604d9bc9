namespace Kinora.Core.Infra.Media.Sandboxing;

/// <summary>What holds a process that parses an upload, the strongest first. /health of a worker tells it.</summary>
public enum SandboxKind
{
    /// <summary>Bubblewrap: no network, no process, no user and no file that was not given, and all of <see cref="Calls"/>.</summary>
    Namespaces,

    /// <summary>Landlock: no file that was not given, and all of <see cref="Calls"/>. Sees which processes there are, and the network's state.</summary>
    Landlock,

    /// <summary>
    /// A list of system calls (no socket, no new process, no link) and limits of resources. Reads and writes what the worker's user may, by /proc
    /// the worker itself: no wall, a hurdle.
    /// </summary>
    Calls,

    /// <summary>Nothing.</summary>
    None,
}
