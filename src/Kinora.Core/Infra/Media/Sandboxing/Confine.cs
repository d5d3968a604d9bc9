using System.Globalization;

namespace Kinora.Core.Infra.Media.Sandboxing;

/// <summary>The command line of kinora-confine (native/kinora_confine), which stands before the program in every sandbox.</summary>
internal static class Confine
{
    private const int MaxFiles = 256;
    private const int MaxThreads = 512;

    // Of these Landlock gives what a mount namespace has anyway.
    private static readonly string[] System =
    [
        "/usr", "/bin", "/lib", "/lib64", "/lib32", "/etc/alternatives", "/etc/ld.so.cache", "/dev/urandom", "/dev/random", "/dev/zero",
        "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu",
    ];

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "kinora-confine");

    /// <summary>All of it, up to and with the "--" that the program follows.</summary>
    public static IEnumerable<string> Command(Confinement what, SandboxKind kind) =>
    [
        Program,
        "--data", Number(what.MemoryBytes),
        .. what.CpuTime is { } time ? (string[])["--cpu", Number((long)Math.Ceiling(time.TotalSeconds))] : [],
        "--file-size", Number(what.FileBytes),
        "--files", Number(MaxFiles),

        // Elsewhere the kernel counts all threads of the user, whatever they are.
        .. kind == SandboxKind.Namespaces ? (string[])["--threads", Number(MaxThreads)] : [],
        .. kind == SandboxKind.Landlock ? Files(what) : [],
        "--",
    ];

    /// <summary>Where there is no sandbox: what bounds the helper and a program in ffmpeg's place at least.</summary>
    public static IEnumerable<string> LimitsAlone(Confinement what) =>
        ["prlimit", $"--data={Number(what.MemoryBytes)}", $"--nofile={Number(MaxFiles)}", "--core=0", "--"];

    private static IEnumerable<string> Files(Confinement what) =>
    [
        .. System.Concat(what.Readable).SelectMany(path => (string[])["--read", path]),
        "--write", "/dev/null",
        .. what.Writable is { } folder ? (string[])["--write", folder] : [],
    ];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
