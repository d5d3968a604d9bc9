using System.Globalization;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Media.Sandboxing;

/// <summary>
/// What somebody would do who has taken ffmpeg over: a program in its place, in a sandbox with a source and an output folder, beside a canary
/// file and processes that are none of its business.
/// </summary>
internal sealed class Intruder : IDisposable
{
    public const string CanaryText = "what another user has uploaded";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // As Python says it: what was tried went well, or what was in the way.
    private const string Prelude = """
        import ctypes, errno, os, resource, socket, sys, threading, time
        libc = ctypes.CDLL(None, use_errno=True)
        def call(number, *arguments):
            if libc.syscall(number, *arguments) < 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        SOURCE, OUT, CANARY, PORT, WORKER = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])

        """;

    private readonly TestFolder _folder = new();
    private readonly SandboxKind _kind;

    public Intruder(SandboxKind kind)
    {
        _kind = kind;
        File.WriteAllText(Source, "its own upload");
        File.WriteAllText(Canary, CanaryText);
        Directory.CreateDirectory(Output);
    }

    public string Source => _folder.Path("source");

    public string Output => _folder.Path("out");

    public string Canary => _folder.Path("canary");

    /// <summary>A port on which somebody listens.</summary>
    public int Port { get; init; } = 9;

    public Confinement Given => new() { Readable = [Source], Writable = Output, MemoryBytes = 256 << 20, FileBytes = 1 << 20 };

    /// <summary>Runs the statements.</summary>
    /// <returns>"done" when nothing was in the way, else what was: "PermissionError"; all that they printed before that.</returns>
    public async Task<string> TryAsync(string statements, Confinement? given = null)
    {
        var tried = string.Join('\n', statements.Split('\n').Select(line => "    " + line));
        var script = Prelude + $"try:\n{tried}\n    print('done')\nexcept BaseException as e:\n    print(type(e).__name__, getattr(e, 'errno', None))\n";
        var lines = new List<string>();
        var spec = new ChildProcessSpec("python3",
            ["-c", script, Source, Output, Canary, Port.ToString(CultureInfo.InvariantCulture), Environment.ProcessId.ToString(CultureInfo.InvariantCulture)])
        {
            EndsDescendants = true,
            OnOutputLine = lines.Add,
            OnErrorLine = lines.Add,
        };
        await using var child = await Sandboxes.OfKind(_kind).StartAsync(spec, given ?? Given);
        var code = await child.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken);
        return string.Join('\n', lines) + (code == 0 ? "" : $"\nexit {code}");
    }

    public void Dispose() => _folder.Dispose();
}
