using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Kinora.Tests.Infra.Telemetry;

public sealed class HealthServiceTests : IDisposable
{
    // Accepts connections and never says a word: a database that hangs.
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private readonly NpgsqlDataSource _database;

    public HealthServiceTests()
    {
        _silent.Start();
        var port = ((IPEndPoint)_silent.LocalEndpoint).Port;
        _database = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=u;Database=d;Timeout=30");
    }

    public void Dispose()
    {
        _database.Dispose();
        _silent.Dispose();
    }

    [Fact]
    public async Task A_hung_database_is_down_within_a_second_and_not_ready()
    {
        using var host = Build(new FakeQueue(), new FakeStore());

        var report = await host.Services.GetRequiredService<HealthService>().CheckAsync(TestContext.Current.CancellationToken);

        Assert.Equal("down", report.Status);
        Assert.False(report.IsReady);
        Assert.Equal("down", report.Checks["db"].Status);
        Assert.InRange(report.Checks["db"].LatencyMs, 800, 5000);
        Assert.Equal("ok", report.Checks["redis"].Status);
        Assert.Equal("ok", report.Checks["storage"].Status);
    }

    [Fact]
    public async Task Checks_run_at_the_same_time()
    {
        var hangs = new FakeQueue { Ping = _ => Task.Delay(Timeout.Infinite, CancellationToken.None) };
        using var host = Build(hangs, new FakeStore { Ping = _ => Task.Delay(Timeout.Infinite, CancellationToken.None) });
        var start = TimeProvider.System.GetTimestamp();

        var report = await host.Services.GetRequiredService<HealthService>().CheckAsync(TestContext.Current.CancellationToken);

        Assert.All(report.Checks.Values, check => Assert.Equal("down", check.Status));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.8, 5);
    }

    [Fact]
    public async Task A_process_that_stops_lives_and_is_not_ready()
    {
        using var host = Build(new FakeQueue(), new FakeStore());
        var health = host.Services.GetRequiredService<HealthService>();

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var report = await health.CheckAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("ok", "stopping", false), (health.Live().Status, report.Status, report.IsReady));
    }

    [Fact]
    public void The_report_has_the_members_of_the_contract()
    {
        using var host = Build(new FakeQueue(), new FakeStore());
        var live = host.Services.GetRequiredService<HealthService>().Live();

        var json = JsonSerializer.Serialize(
            live with { Checks = new Dictionary<string, HealthCheckReport> { ["db"] = new("ok", 1.25) } }, HealthJson.Default.HealthReport);

        Assert.Equal(
            """{"role":"worker","status":"ok","uptimeSeconds":0,"version":"0.1.0","checks":{"db":{"status":"ok","latencyMs":1.25}}}""", json);
    }

    private IHost Build(IJobQueue queue, IObjectStore store)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.AddKinoraLogging();
        builder.Services.AddSingleton(_database).AddSingleton(queue).AddSingleton(store);
        builder.Services.AddKinoraTelemetry(ProcessRole.Worker);
        return builder.Build();
    }
}
