namespace Kinora.Core.Infra.Media.Sandboxing;

/// <summary>
/// The command line of bwrap(1). Paths are the same inside and outside, so that a command reads alike with and without it; what is not
/// bound does not exist.
/// </summary>
internal static class Bubblewrap
{
    public const string Program = "bwrap";

    // What every program needs to be loaded. Debian finds libblas, which libavfilter wants, by /etc/alternatives.
    private static readonly string[] System = ["/usr", "/etc/alternatives", "/etc/ld.so.cache"];
    private static readonly string[] Merged = ["/bin", "/sbin", "/lib", "/lib64", "/lib32"];

    /// <summary>The options, up to and with the "--" that the program follows.</summary>
    public static IEnumerable<string> Options(Confinement what) =>
    [
        // Not --unshare-all, which does without namespaces of users where there are none, and then root is root.
        "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
        "--die-with-parent",

        // No process of bwrap's own stays inside: it would take the program's CPU time with it, which its parent is then not told. As the first
        // process of its namespace the program gets no signal that would end it but SIGKILL and those of its own faults.
        "--as-pid-1",

        // Nothing can be pushed into the terminal of the worker.
        "--new-session",
        "--cap-drop", "ALL",
        .. System.SelectMany(path => (string[])["--ro-bind-try", path, path]),
        .. Merged.SelectMany(Link),
        "--proc", "/proc", "--dev", "/dev",
        .. what.Readable.SelectMany(path => (string[])["--ro-bind", path, path]),
        .. what.Writable is { } folder ? (string[])["--bind", folder, folder] : [],

        // What bwrap made in memory to hang all this on. There is no /tmp: ffmpeg wants none, and it would be memory.
        "--remount-ro", "/dev", "--remount-ro", "/",

        // /proc/sys asks for the user alone: that of a worker who is root writes core_pattern from in here, and is root on the host.
        "--remount-ro", "/proc",
        "--chdir", "/",
        "--",
    ];

    /// <summary>Where /usr is merged these are links into it.</summary>
    private static string[] Link(string path) => new FileInfo(path).LinkTarget is { } target
        ? ["--symlink", target, path]
        : ["--ro-bind-try", path, path];
}
