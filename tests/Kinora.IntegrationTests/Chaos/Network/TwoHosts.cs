using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Network;

/// <summary>A deployment on S3 with two workers, each on a host of its own.</summary>
public sealed class TwoHosts(SwiftServer swift) : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    private readonly List<NetworkHost> _networks = [];
    private Task? _started;

    public Deployment Deployment { get; private set; } = null!;

    public KinoraClient User { get; private set; } = null!;

    public IReadOnlyList<(NetworkHost Host, KinoraProcess Worker)> Hosts { get; private set; } = [];

    /// <summary>Not as a fixture's initialization: a test can be skipped, a fixture cannot.</summary>
    public Task StartedAsync() => _started ??= StartAsync();

    public async ValueTask DisposeAsync()
    {
        User?.Dispose();
        if (Deployment is not null)
        {
            await Deployment.DisposeAsync();
        }

        foreach (var network in _networks)
        {
            await network.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        await NetworkHost.SkipWithoutAsync();
        Deployment = await Deployment.StartAsync(
            await swift.BucketAsync($"partitioned-{Guid.CreateVersion7()}"), $"Kinora__Jobs__Lease={Lease}", "Kinora__Jobs__Beat=00:00:00.3",
            "Kinora__Jobs__Grace=00:00:00.5", "Kinora__Jobs__BackoffBase=00:00:00.2", "Kinora__Jobs__BackoffMax=00:00:01",
            "Kinora__Storage__S3__Timeout=00:00:04", "Kinora__Storage__S3__MaxRetries=1", "Kinora__Collector__AbandonedGrace=00:00:05",
            "Kinora__Worker__PollInterval=00:00:00.5", "Kinora__Jobs__RedispatchAfter=00:00:02", "Kinora__Queue__LockDuration=00:00:03",
            "Kinora__Queue__StalledInterval=00:00:03", "Kinora__Queue__SignalWait=00:00:01");
        for (var i = 0; i < 2; i++)
        {
            _networks.Add(await NetworkHost.CreateAsync(Deployment));
        }

        var workers = Task.WhenAll(_networks.Select(network => Deployment.StartWorkerAsync(network)));
        var user = Deployment.CreateUserAsync();
        await Task.WhenAll(workers, user);
        (Hosts, User) = ([.. _networks.Zip(await workers)], await user);
    }
}
