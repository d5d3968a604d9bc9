using Kinora.Cli.Servers;
using Kinora.Core.Infra.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Kinora.IntegrationTests.Queues;

/// <summary>A Redis of its own for each test, and queues as processes would have them.</summary>
public abstract class QueueTest : IAsyncLifetime
{
    protected const string Queue = "hls";
    protected static readonly TimeSpan Wait = TimeSpan.FromSeconds(15);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"kinora-queue-{Guid.CreateVersion7()}");
    private readonly List<ServiceProvider> _processes = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected RedisServer Redis { get; private set; } = null!;

    protected object Node => new { Redis.Port, Queue };

    public async ValueTask InitializeAsync() => Redis = await RedisServer.StartAsync(_folder, port: null, Cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await Redis.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>What one process of Kinora would have. Disposing it without finishing its messages is, for Redis, the death of the process.</summary>
    protected ServiceProvider StartProcess(TimeSpan? lockDuration = null, TimeSpan? stalledInterval = null, ILoggerProvider? log = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kinora:Redis:ConnectionString"] = Redis.ConnectionString,
            ["Kinora:Queue:LockDuration"] = (lockDuration ?? TimeSpan.FromSeconds(30)).ToString(),
            ["Kinora:Queue:StalledInterval"] = (stalledInterval ?? TimeSpan.FromSeconds(30)).ToString(),
        }).Build();
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug)).AddKinoraQueue(configuration);
        if (log is not null)
        {
            services.AddSingleton(log);
        }

        var process = services.BuildServiceProvider();
        _processes.Add(process);
        return process;
    }

    protected IJobQueue StartQueue(TimeSpan? lockDuration = null, TimeSpan? stalledInterval = null) =>
        StartProcess(lockDuration, stalledInterval).GetRequiredService<IJobQueue>();

    protected async Task RestartRedisAsync(TimeSpan away)
    {
        var port = Redis.Port;
        await StopRedisAsync();
        await Task.Delay(away, Cancellation);
        Redis = await RedisServer.StartAsync(_folder, port, Cancellation);
    }

    protected async Task StopRedisAsync() => await Redis.DisposeAsync();

    protected async Task StartRedisAgainAsync() => Redis = await RedisServer.StartAsync(_folder, Redis.Port, Cancellation);

    protected async Task<RedisResult> CommandAsync(string command, params object[] arguments)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{Redis.ConnectionString},allowAdmin=true");
        return await connection.GetDatabase().ExecuteAsync(command, arguments);
    }

    protected static QueueMessage Message(string id, string data = "{}") => new(id, "HLS", data);
}
