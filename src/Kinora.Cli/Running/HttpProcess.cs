using Kinora.Cli.Servers;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Running;

/// <summary>One of our own programs that listens on a loopback port and tells at /health/ready whether it can work.</summary>
internal sealed class HttpProcess : IRunningProcess
{
    /// <summary>Longer than the programs' own drain, after which they end by themselves.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(45);

    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly ChildProcess _process;
    private readonly int _port;

    private HttpProcess(ChildProcess process, int port) => (_process, _port) = (process, port);

    public int Id => _process.Id;

    public int? Port => _port;

    public Task<int> Exited => _process.Exited;

    public static async Task<IRunningProcess> StartAsync(
        string program, int port, IReadOnlyDictionary<string, string> environment, Action<string> onLine)
    {
        var url = new Dictionary<string, string>(environment) { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" };
        return new HttpProcess(await ChildProcess.StartAsync(Spec(program, [], url, onLine)), port);
    }

    /// <summary>Runs one of the program's own commands to its end and returns the exit code.</summary>
    /// <param name="onErrorLine">Null: as those of the output.</param>
    public static async Task<int> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        Action<string> onLine,
        CancellationToken cancellation,
        Action<string>? onErrorLine = null)
    {
        var spec = Spec(program, arguments, environment, onLine) with { OnErrorLine = onErrorLine ?? onLine };
        await using var process = await ChildProcess.StartAsync(spec);
        return await process.Exited.WaitAsync(cancellation);
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri($"http://127.0.0.1:{_port}/health/ready"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Signal(PosixSignalNumber signal) => _process.Signal(signal);

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(StopGrace);
        await _process.DisposeAsync();
    }

    private static ChildProcessSpec Spec(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, Action<string> onLine) =>
        OwnSession.Spec(Installation.Dotnet, [program, .. arguments]) with
        {
            Environment = environment,
            WorkingDirectory = Path.GetDirectoryName(program),
            OnOutputLine = onLine,
            OnErrorLine = onLine,
        };
}
