using System.Globalization;
using Kinora.Core.Infra.Processes;
using Microsoft.Extensions.Logging;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>A helper process, warm and with one request at a time. It inherits nothing of ours but three pipes.</summary>
internal sealed partial class ProbeHelper : IAsyncDisposable
{
    private const int MaxLogLines = 20;
    private readonly ChildProcess _process;
    private readonly ProbeConversation _conversation;

    private ProbeHelper(ChildProcess process)
    {
        _process = process;
        _conversation = new ProbeConversation(process.Output, process.Input);
    }

    public int Id => _process.Id;

    public int Requests { get; private set; }

    public bool HasExited => _process.Exited.IsCompleted;

    public static async Task<ProbeHelper> StartAsync(MediaProbeOptions options, ILogger logger)
    {
        var (fileName, arguments) = options.ResolveHelper();
        var lines = 0;
        // Limits bind from the first instruction, unlike any that the helper would put on itself. --data counts what is written to
        // (anonymous, private), which --as does not: .NET reserves 256 GB of addresses.
        var spec = new ChildProcessSpec(
            "prlimit",
            [$"--data={options.HelperMemoryBytes.ToString(CultureInfo.InvariantCulture)}", "--core=0", "--nofile=256", "--", fileName, .. arguments])
        {
            Environment = ProbeEnvironment(),
            RedirectInput = true,
            RedirectOutput = true,
            OnErrorLine = line =>
            {
                // What a crashing runtime prints; a hostile helper shall not fill the log.
                if (Interlocked.Increment(ref lines) <= MaxLogLines)
                {
                    LogHelperSaid(logger, line.Length > 256 ? line[..256] : line);
                }
            },
        };
        return new ProbeHelper(await ChildProcess.StartAsync(spec));
    }

    public async Task<ProbeAnswer> AskAsync(ProbeRequest request, IMediaSource source, CancellationToken cancellation)
    {
        Requests++;
        // A read from a pipe cannot be given up: the helper's death ends it.
        await using (cancellation.Register(() => _process.Signal(PosixSignalNumber.Kill)))
        {
            return await _conversation.AskAsync(request, source, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _conversation.Dispose();
    }

    private static Dictionary<string, string> ProbeEnvironment()
    {
        var environment = new Dictionary<string, string>
        {
            // No debugger's socket in /tmp, and no heap for each core: the helper holds a few MB.
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_gcServer"] = "0",
        };
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
        {
            environment["DOTNET_ROOT"] = root;
        }

        return environment;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The probe's helper said: {line}")]
    private static partial void LogHelperSaid(ILogger logger, string line);
}
