using Kinora.Cli.Servers;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Running;

/// <summary>One of our own programs that listens on a port of this machine and tells at /health/ready whether it can work.</summary>
internal sealed class HttpProcess : IRunningProcess
{
    private const string Loopback = "127.0.0.1";

    /// <summary>Longer than a worker takes with the default drain: 25 s, and 25 s to give its jobs back.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(60);

    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly ChildProcess _process;
    private readonly string _host;
    private readonly int _port;

    private HttpProcess(ChildProcess process, string host, int port) => (_process, _host, _port) = (process, host, port);

    public int Id => _process.Id;

    public int? Port => _port;

    public Task<int> Exited => _process.Exited;

    /// <param name="host">The address to listen on.</param>
    /// <param name="launcher">A command that becomes the program: "ip netns exec NAME".</param>
    public static async Task<IRunningProcess> StartAsync(
        string program, int port, IReadOnlyDictionary<string, string> environment, Action<string> onLine, string host = Loopback,
        IReadOnlyList<string>? launcher = null)
    {
        var url = new Dictionary<string, string>(environment) { ["ASPNETCORE_URLS"] = $"http://{host}:{port}" };
        return new HttpProcess(await ChildProcess.StartAsync(Spec(program, [], url, onLine, launcher)), host, port);
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
            using var answer = await Client.GetAsync(new Uri($"http://{_host}:{_port}/health/ready"), cancellation);
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
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, Action<string> onLine,
        IReadOnlyList<string>? launcher = null)
    {
        IReadOnlyList<string> command = [.. launcher ?? [], Installation.Dotnet, program, .. arguments];
        return OwnSession.Spec(command[0], [.. command.Skip(1)]) with
        {
            Environment = environment,
            WorkingDirectory = Path.GetDirectoryName(program),
            OnOutputLine = onLine,
            OnErrorLine = onLine,
        };
    }
}
