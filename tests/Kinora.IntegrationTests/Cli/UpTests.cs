using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Kinora.Cli.Running;
using Kinora.Cli.Servers;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Cli;

/// <summary>The command as its users start it, with real servers.</summary>
public sealed class UpTests : IAsyncDisposable
{
    private const int NotRunning = 3;
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => _folder.Path("data");

    public async ValueTask DisposeAsync()
    {
        await KinoraCommand.RunAsync("down", "--data-dir", Data);
        await KinoraCommand.RunAsync("down", "--data-dir", _folder.Path("other"));
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_detached_runs_on_until_down_and_its_data_stay()
    {
        var (code, output) = await UpAsync(Data);
        Assert.True(code == 0, output);
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(Url() + "/health/ready"), Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(["postgres", "redis", "api", "worker"], Roles());
        var processes = State().Processes;

        Assert.Equal(0, (await KinoraCommand.RunAsync("down", "--data-dir", Data)).Code);

        Assert.DoesNotContain(processes, p => p.Identity.IsAlive);
        Assert.Equal(NotRunning, (await KinoraCommand.RunAsync("status", "--json", "--data-dir", Data)).Code);
        Assert.True(File.Exists(Path.Combine(Data, "postgres", "PG_VERSION")));
        Assert.Equal(0, (await KinoraCommand.RunAsync("down", "--data-dir", Data)).Code);
    }

    [Fact]
    public async Task The_board_shows_the_queues_of_what_runs_and_ends_when_told()
    {
        var (code, message) = await KinoraCommand.RunAsync("board", "--port", "0", "--data-dir", Data);
        Assert.True(code == 1 && message.Contains("start one with `kinora up`", StringComparison.Ordinal), message);
        await UpAsync(Data);
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var board = await ChildProcess.StartAsync(new ChildProcessSpec(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "kinora.dll"), "board", "--port", "0", "--data-dir", Data])
        {
            Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "" },
            OnOutputLine = line => ready.TrySetResult(line),
        });
        var url = new Uri((await ready.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancellation)).Replace("ready ", "", StringComparison.Ordinal));
        using var client = new HttpClient { BaseAddress = url };

        var seen = await client.GetFromJsonAsync<JsonElement>("/api/queues", Cancellation);

        Assert.Equal(
            ["fetch", "analyze", "thumbnail", "hls", "webhook"], seen.GetProperty("queues").EnumerateArray().Select(q => q.GetProperty("name").GetString()));
        Assert.All(seen.GetProperty("queues").EnumerateArray(), q => Assert.True(q.GetProperty("readOnlyMode").GetBoolean()));
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "elsewhere.example" } };
        using var refused = await client.SendAsync(rebound, Cancellation);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
        board.Signal(PosixSignalNumber.Interrupt);
        Assert.Equal(0, await board.Exited.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public async Task A_killed_supervisor_leaves_nothing_and_the_next_start_is_clean()
    {
        await UpAsync(Data);
        var state = State();

        await state.Supervisor.EndAsync(PosixSignalNumber.Kill, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(10), Cancellation);

        await Eventually.TrueAsync(() => !state.Processes.Any(p => p.Identity.IsAlive), () => "something lives on");
        Assert.Equal(NotRunning, (await KinoraCommand.RunAsync("status", "--data-dir", Data)).Code);
        var (code, output) = await UpAsync(Data);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task A_killed_server_is_started_again_on_its_port()
    {
        await UpAsync(Data);
        var before = State().Processes.Single(p => p.Role == "redis");

        await before.Identity.EndAsync(PosixSignalNumber.Kill, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(10), Cancellation);

        await Eventually.TrueAsync(
            () => State().Processes.SingleOrDefault(p => p.Role == "redis") is { } now && now.Identity != before.Identity && now.Port == before.Port,
            () => "redis was not started again");
    }

    [Fact]
    public async Task Two_data_folders_run_side_by_side_and_one_runs_once()
    {
        Assert.Equal(0, (await UpAsync(Data)).Code);
        Assert.Equal(0, (await UpAsync(_folder.Path("other"))).Code);

        var (code, output) = await UpAsync(Data);

        Assert.Equal(1, code);
        Assert.Contains("already runs", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_said_in_one_line_and_nothing_stays()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, FreePort.Find());
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        var (code, output) = await KinoraCommand.RunAsync("up", "--detach", "--port", $"{port}", "--data-dir", Data);

        Assert.Equal(1, code);
        Assert.Equal($"kinora: port {port} is in use: choose another with --port, or --port 0 for a free one.", output.Trim());
        Assert.Equal(NotRunning, (await KinoraCommand.RunAsync("status", "--data-dir", Data)).Code);
    }

    private static Task<(int Code, string Output)> UpAsync(string data) =>
        KinoraCommand.RunAsync("up", "--detach", "--port", "0", "--data-dir", data);

    private RunState State() => RunState.Read(new DataFolder(Data))!;

    private string Url() => State().Url;

    private IEnumerable<string> Roles() => State().Processes.Select(p => p.Role);
}
