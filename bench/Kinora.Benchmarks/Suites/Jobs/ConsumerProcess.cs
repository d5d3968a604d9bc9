using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Kinora.Core.Infra.Processes;

namespace Kinora.Benchmarks.Suites.Jobs;

/// <summary>A consumer, Kinora's or Node's, at the other end of its pipes.</summary>
internal sealed class ConsumerProcess : IAsyncDisposable
{
    /// <summary>For the next line; no batch takes longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private readonly Channel<ConsumerLine> _lines = Channel.CreateUnbounded<ConsumerLine>();
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly ChildProcess _process;
    private readonly StreamWriter _input;

    private ConsumerProcess(ChildProcess process) => (_process, _input) = (process, new StreamWriter(process.Input) { AutoFlush = true });

    public static async Task<ConsumerProcess> StartAsync(ChildProcessSpec spec)
    {
        ConsumerProcess? self = null;
        var early = new ConcurrentQueue<string>();
        var process = await ChildProcess.StartAsync(spec with
        {
            RedirectInput = true,
            // Nothing is said before the first request.
            OnOutputLine = line => self!._lines.Writer.TryWrite(JsonSerializer.Deserialize(line, ConversationJson.Default.ConsumerLine)!),
            OnErrorLine = line => (self?._errors ?? early).Enqueue(line),
        });
        self = new ConsumerProcess(process);
        _ = process.Exited.ContinueWith(_ => self._lines.Writer.TryComplete(), TaskScheduler.Default);
        return self;
    }

    /// <summary>Returns when it waits for the jobs.</summary>
    public async Task AskAsync(ConsumeRequest request, CancellationToken cancellation)
    {
        await _input.WriteLineAsync(JsonSerializer.Serialize(request, ConversationJson.Default.ConsumeRequest).AsMemory(), cancellation);
        await SaysAsync("ready", cancellation);
    }

    /// <exception cref="InvalidOperationException">It says something else, or has ended; with its errors.</exception>
    public async Task<ConsumerLine> SaysAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var line = await _lines.Reader.ReadAsync(cancellation).AsTask().WaitAsync(Patience, cancellation);
            return line.Event == name ? line : throw Failure(name, $"said {line.Event}");
        }
        catch (Exception e) when (e is ChannelClosedException or TimeoutException)
        {
            throw Failure(name, "said nothing more");
        }
    }

    /// <summary>The end of its input ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _input.DisposeAsync();
        await Task.WhenAny(_process.Exited, Task.Delay(EndTimeout));
        await _process.DisposeAsync();
    }

    private InvalidOperationException Failure(string name, string what) =>
        new($"A consumer was to say {name}, and {what}: {string.Join('\n', _errors)}");
}
