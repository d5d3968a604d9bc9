using System.Text;
using System.Text.Json.Nodes;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Cli.Remote;

/// <summary>Somebody with a home of their own who uses the command against a server.</summary>
internal sealed class RemoteUser : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public TestFolder Home { get; } = new();

    public string Email { get; } = $"{Guid.CreateVersion7()}@example.org";

    /// <summary>Beside those of the folders.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public string SessionFile => Home.Path("config/kinora/session.json");

    public string UploadsFile => Home.Path("state/kinora/uploads.json");

    public static async Task<RemoteUser> RegisterAsync(Uri server)
    {
        var user = new RemoteUser();
        var answer = await user.LogInAsync(server, ApiUser.DefaultPassword, "--register");
        Assert.True(answer.Code == 0, answer.All);
        return user;
    }

    public async Task<CommandAnswer> LogInAsync(Uri server, string password, params string[] more)
    {
        await using var running = await StartAsync(["login", "--server", server.ToString(), "--email", Email, "--password-stdin", .. more], hasInput: true);
        await running.GiveAsync($"{password}\n");
        return await running.EndAsync();
    }

    public async Task<CommandAnswer> RunAsync(params string[] arguments)
    {
        await using var running = await StartAsync(arguments);
        return await running.EndAsync();
    }

    public async Task<RunningCommand> StartAsync(string[] arguments, bool hasInput = false)
    {
        var running = new RunningCommand(Patience);
        var environment = new Dictionary<string, string>(Variables)
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = Home.Root,
            ["XDG_CONFIG_HOME"] = Home.Path("config"),
            ["XDG_STATE_HOME"] = Home.Path("state"),
        };
        await running.StartAsync(new ChildProcessSpec("dotnet", [Path.Combine(AppContext.BaseDirectory, "kinora.dll"), .. arguments])
        {
            Environment = environment,
            RedirectInput = hasInput,
            WorkingDirectory = Home.Root,
        });
        return running;
    }

    /// <summary>Changes the session in its file.</summary>
    public void Edit(Action<JsonNode> change)
    {
        var session = JsonNode.Parse(File.ReadAllText(SessionFile))!;
        change(session);
        File.WriteAllText(SessionFile, session.ToJsonString());
    }

    public string Session(string member) => (string)JsonNode.Parse(File.ReadAllText(SessionFile))![member]!;

    public void Dispose() => Home.Dispose();
}

internal sealed record CommandAnswer(int Code, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)
{
    public string All => $"exit code {Code}\n{string.Join('\n', Output)}\n{string.Join('\n', Errors)}";

    /// <summary>Each line as the object that it is to be.</summary>
    public IReadOnlyList<JsonNode> Objects => [.. Output.Select(line => JsonNode.Parse(line)!)];
}

internal sealed class RunningCommand(TimeSpan patience) : IAsyncDisposable
{
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private ChildProcess? _process;

    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_output)
            {
                return [.. _output];
            }
        }
    }

    public async Task StartAsync(ChildProcessSpec spec) => _process = await ChildProcess.StartAsync(
        spec with { OnOutputLine = line => Keep(_output, line), OnErrorLine = line => Keep(_errors, line) });

    public async Task GiveAsync(string input)
    {
        await using var writer = _process!.Input;
        await writer.WriteAsync(Encoding.UTF8.GetBytes(input), TestContext.Current.CancellationToken);
    }

    public void Signal(PosixSignalNumber signal) => _process!.Signal(signal);

    public async Task<CommandAnswer> EndAsync()
    {
        var code = await _process!.Exited.WaitAsync(patience, TestContext.Current.CancellationToken);
        lock (_errors)
        {
            return new CommandAnswer(code, Output, [.. _errors]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private static void Keep(List<string> lines, string line)
    {
        lock (lines)
        {
            lines.Add(line);
        }
    }
}
