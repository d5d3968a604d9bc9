namespace Kinora.Core.Infra.Media.Sandboxing;

/// <summary>Whether what parses uploads must be locked up.</summary>
public sealed class SandboxOptions
{
    public const string Section = "Kinora:Sandbox";

    /// <summary>Null: REQUIRED, and in development BESTEFFORT.</summary>
    public SandboxMode? Mode { get; set; }

    /// <summary>Files and folders that ffmpeg needs and that do not lie below /usr, such as libraries of its own. They are shown to it, never written.</summary>
    public IList<string> ReadOnlyPaths { get; set; } = [];
}

public enum SandboxMode
{
    /// <summary>Without namespaces of its own for each process the worker does not start.</summary>
    Required,

    /// <summary>Without them it takes what there is: Landlock, or a list of system calls and limits alone.</summary>
    BestEffort,

    /// <summary>Nothing at all: for a program of one's own in ffmpeg's place that starts others.</summary>
    Off,
}
