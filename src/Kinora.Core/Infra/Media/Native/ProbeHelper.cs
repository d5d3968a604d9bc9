using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Processes;
using Microsoft.Extensions.Logging;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>A helper process, warm and with one request at a time. It has nothing of ours but three pipes: no file, and no network.</summary>
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

    public static async Task<ProbeHelper> StartAsync(MediaProbeOptions options, Sandbox sandbox, ILogger logger)
    {
        var (fileName, arguments) = options.ResolveHelper();
        var lines = 0;
        var spec = new ChildProcessSpec(fileName, arguments)
        {
            Environment = HelperProgram.Environment,
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
        var what = new Confinement { Readable = HelperProgram.FilesOf([fileName, .. arguments]), MemoryBytes = options.HelperMemoryBytes };
        return new ProbeHelper(await sandbox.StartAsync(spec, what));
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The probe's helper said: {line}")]
    private static partial void LogHelperSaid(ILogger logger, string line);
}
