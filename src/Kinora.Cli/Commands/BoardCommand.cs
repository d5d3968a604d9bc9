using System.CommandLine;
using System.Net;
using Kinora.Cli.Board;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Operations;
using StackExchange.Redis;

namespace Kinora.Cli.Commands;

/// <summary>Bull Board over the queues, to look at: on loopback, until Ctrl-C.</summary>
internal static class BoardCommand
{
    private const int DefaultPort = 3001;
    private const int RedisPort = 6379;

    public static Command Create()
    {
        var port = CommonOptions.Port(DefaultPort, "The port of the page on 127.0.0.1; 0 for a free one.");
        var dataDir = CommonOptions.DataDir();
        var command = new Command("board", "Show the queues in Bull Board, on 127.0.0.1.") { port, dataDir };
        command.SetAction((result, cancellation) => RunAsync(result.GetValue(port), DataFolder.Of(result.GetValue(dataDir)), cancellation));
        return command;
    }

    private static Task<int> RunAsync(int port, DataFolder folder, CancellationToken cancellation)
    {
        var configuration = Configuration.Read(folder);
        var prefix = configuration["Kinora__Queue__Prefix"] ?? new QueueOptions().Prefix;
        var redis = configuration[KinoraStack.RedisSetting] is { } named ? Parse(named) : OfRunning(folder);
        return BoardProcess.RunAsync(new BoardSettings(port, QueueNames.All, prefix, redis), cancellation);
    }

    private static BoardRedis OfRunning(DataFolder folder) =>
        RunState.ReadLive(folder)?.Processes.FirstOrDefault(p => p.Role == "redis")?.Port is { } port
            ? new BoardRedis(IPAddress.Loopback.ToString(), port, null, folder.Secret(KinoraStack.RedisPassword), Tls: false)
            : throw new CommandFailure($"no Kinora runs on {folder.Root}: start one with `kinora up`, or name its Redis with Kinora__Redis__ConnectionString.");

    private static BoardRedis Parse(string connectionString)
    {
        ConfigurationOptions options;
        try
        {
            options = ConfigurationOptions.Parse(connectionString);
        }
        catch (ArgumentException e)
        {
            throw new CommandFailure($"Kinora__Redis__ConnectionString is not understood: {e.Message}");
        }

        var (host, port) = options.EndPoints.FirstOrDefault() switch
        {
            DnsEndPoint name => (name.Host, name.Port),
            IPEndPoint address => (address.Address.ToString(), address.Port),
            _ => throw new CommandFailure("Kinora__Redis__ConnectionString names no server."),
        };
        return new BoardRedis(host, port > 0 ? port : RedisPort, options.User, options.Password, options.Ssl);
    }
}
