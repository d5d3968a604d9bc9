using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kinora.Cli.Servers;
using Kinora.IntegrationTests.Queues;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>Each fault of the proxy, as a client sees it.</summary>
public sealed class TcpProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private TcpProxy _proxy = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _server.Start();
        _proxy = TcpProxy.Start((IPEndPoint)_server.LocalEndpoint, IPAddress.Loopback);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _server.Dispose();
        _sockets.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task What_is_said_arrives_both_ways_and_an_end_too()
    {
        var (client, server) = await ConnectAsync();

        await client.SendAsync("ping"u8.ToArray(), Cancellation);
        Assert.Equal("ping", await HearAsync(server));
        await server.SendAsync("pong"u8.ToArray(), Cancellation);
        Assert.Equal("pong", await HearAsync(client));
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await HearAsync(server));
        server.Dispose();
        Assert.Equal("", await HearAsync(client));
    }

    [Fact]
    public async Task Refusing_cuts_what_is_open_and_takes_nothing_new_until_it_passes_again()
    {
        var (client, _) = await ConnectAsync();

        _proxy.Refuse();

        await ShouldBeResetAsync(client);
        var refused = await Assert.ThrowsAsync<SocketException>(ConnectAsync);
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Equal(1, _proxy.Fired(TcpFault.Refuse));
        _proxy.Pass();
        await ConnectAsync();
    }

    [Fact]
    public async Task A_frozen_way_moves_no_byte_and_loses_none()
    {
        var (client, server) = await ConnectAsync();
        _proxy.Freeze(TcpWay.ToServer);
        await server.SendAsync("heard"u8.ToArray(), Cancellation);
        Assert.Equal("heard", await HearAsync(client));

        await client.SendAsync("kept"u8.ToArray(), Cancellation);

        var hearing = HearAsync(server);
        await Eventually.TrueAsync(() => _proxy.Fired(TcpFault.Freeze) == 1, () => "nothing was held");
        await Assert.ThrowsAsync<TimeoutException>(() => hearing.WaitAsync(Silence, Cancellation));
        _proxy.Pass();
        Assert.Equal("kept", await hearing);
    }

    [Fact]
    public async Task A_reset_is_one_for_both_ends()
    {
        var (client, server) = await ConnectAsync();

        _proxy.ResetAll();

        await ShouldBeResetAsync(client);
        await ShouldBeResetAsync(server);
        Assert.Equal(1, _proxy.Fired(TcpFault.Reset));
        await ConnectAsync();
    }

    [Fact]
    public async Task A_throttled_connection_takes_its_time()
    {
        var (client, server) = await ConnectAsync();
        _proxy.Throttle(1000);
        var started = Stopwatch.GetTimestamp();

        await client.SendAsync(new byte[500], Cancellation);

        for (var heard = 0; heard < 500;)
        {
            heard += (await HearAsync(server)).Length;
        }

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.45), TimeSpan.FromSeconds(5));
        Assert.Equal(5, _proxy.Fired(TcpFault.Throttle));
    }

    [Fact]
    public async Task A_text_in_two_pieces_is_cut_before_its_end()
    {
        var (client, server) = await ConnectAsync();
        _proxy.CutBefore("UPDATE jobs");

        await client.SendAsync("SELECT 1; UPD"u8.ToArray(), Cancellation);
        Assert.Equal("SELECT 1; UPD", await HearAsync(server));
        await client.SendAsync("ATE jobs SET"u8.ToArray(), Cancellation);

        await ShouldBeResetAsync(server);
        await ShouldBeResetAsync(client);
        Assert.Equal(1, _proxy.Fired(TcpFault.Cut));
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_has_happened()
    {
        // Not below the repository: the user that PostgreSQL runs as must be able to reach it.
        var folder = Path.Combine(Path.GetTempPath(), $"kinora-tests-{Guid.CreateVersion7()}");
        Directory.CreateDirectory(folder);
        await using (var postgres = await PostgresServer.StartAsync(Path.Combine(folder, "postgres"), null, PostgresDurability.None, Cancellation))
        await using (var proxy = TcpProxy.Start(new IPEndPoint(IPAddress.Loopback, postgres.Port), IPAddress.Loopback))
        await using (var direct = NpgsqlDataSource.Create(postgres.ConnectionString))
        await using (var proxied = NpgsqlDataSource.Create($"{postgres.ConnectionString};Port={proxy.Port}"))
        {
            await ExecuteAsync(direct, "CREATE TABLE jobs (id int)");
            proxy.LoseNextCommit(after: "INSERT INTO jobs");
            await InTransactionAsync(proxied, "SELECT 1");

            var lost = await Assert.ThrowsAnyAsync<NpgsqlException>(() => InTransactionAsync(proxied, "INSERT INTO jobs VALUES (1)"));

            Assert.IsNotType<PostgresException>(lost);
            Assert.Equal(1, proxy.Fired(TcpFault.LoseAnswer));
            Assert.Equal(1L, await CountAsync(direct));
            proxy.CutBefore("INSERT INTO jobs");
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => InTransactionAsync(proxied, "INSERT INTO jobs VALUES (2)"));
            Assert.Equal(1L, await CountAsync(direct));
            await InTransactionAsync(proxied, "INSERT INTO jobs VALUES (3)");
            Assert.Equal(2L, await CountAsync(direct));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task InTransactionAsync(NpgsqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(Cancellation);
        await transaction.CommitAsync(Cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM jobs");
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static async Task<string> HearAsync(Socket socket)
    {
        var buffer = new byte[1024];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Cancellation));
    }

    private static async Task ShouldBeResetAsync(Socket socket)
    {
        var reset = await Assert.ThrowsAsync<SocketException>(() => HearAsync(socket));
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    private async Task<(Socket Client, Socket Server)> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(client);
        await client.ConnectAsync(_proxy.Address, Cancellation);
        _sockets.Add(await _server.AcceptSocketAsync(Cancellation));
        return (client, _sockets[^1]);
    }
}
