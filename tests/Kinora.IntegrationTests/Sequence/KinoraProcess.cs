using System.Globalization;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>A running API or worker.</summary>
/// <param name="host">The address that it listens on.</param>
public sealed class KinoraProcess(IRunningProcess process, string host) : IAsyncDisposable
{
    public int Id => process.Id;

    public Uri Address => new($"http://{host}:{process.Port}");

    public Task<int> Exited => process.Exited;

    /// <summary>The ids of its ffmpeg processes, in their sandboxes.</summary>
    public IReadOnlyList<int> Encoders => [.. DescendantsOf(Id).Where(child => NameOf(child) == "ffmpeg")];

    /// <summary>Resident memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
    }

    public Task<bool> IsReadyAsync(CancellationToken cancellation) => process.IsReadyAsync(cancellation);

    /// <summary>It was stopped by SIGSTOP and not continued.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>It was told to end: it may answer or not.</summary>
    public bool IsEnding { get; private set; }

    public void Signal(PosixSignalNumber signal)
    {
        IsEnding |= signal is PosixSignalNumber.Terminate or PosixSignalNumber.Kill or PosixSignalNumber.Interrupt;
        IsFrozen = signal == PosixSignalNumber.Stop || (IsFrozen && signal != PosixSignalNumber.Continue);
        process.Signal(signal);
    }

    public static bool IsAlive(int pid) => ProcessIdentity.Of(pid) is not null;

    /// <summary>Idempotent. A frozen process is woken first: it would not hear that it is to end.</summary>
    public async ValueTask DisposeAsync()
    {
        IsEnding = true;
        process.Signal(PosixSignalNumber.Continue);
        await process.DisposeAsync();
    }

    public static IEnumerable<int> DescendantsOf(int parent) => ChildrenOf(parent).SelectMany(child => DescendantsOf(child).Prepend(child));

    public static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && ParentOf(pid) == parent)
            {
                yield return pid;
            }
        }
    }

    // proc(5): after the name in brackets come the state and the parent's id.
    private static int? ParentOf(int pid) => Read($"/proc/{pid}/stat") is { } stat
        ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)
        : null;

    private static string? NameOf(int pid) => Read($"/proc/{pid}/comm")?.Trim();

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
