using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Clocks;

/// <summary>A deployment on S3 with three APIs: one whose clock is right, one an hour ahead, one an hour behind. Tests start their workers.</summary>
public sealed class WrongClocks(SwiftServer swift) : IAsyncDisposable
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(1);
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private Task? _started;

    public Deployment Deployment { get; private set; } = null!;

    public KinoraProcess Ahead { get; private set; } = null!;

    public KinoraProcess Behind { get; private set; } = null!;

    public IEnumerable<KinoraProcess> Apis => [Deployment.Api, Ahead, Behind];

    /// <summary>Not as a fixture's initialization: a test can be skipped, a fixture cannot.</summary>
    public Task StartedAsync() => _started ??= StartAsync();

    private async Task StartAsync()
    {
        // Access tokens as in production: they hold for less than the clocks differ by.
        Deployment = await Deployment.StartAsync(
            await swift.BucketAsync($"clocks-{Guid.CreateVersion7()}"), $"Kinora__Jobs__Lease={Lease}", "Kinora__Jobs__Beat=00:00:00.3",
            "Kinora__Jobs__Grace=00:00:00.5", "Kinora__Jobs__BackoffBase=00:00:01", "Kinora__Auth__AccessTokenLifetime=00:15:00");
        var apis = await Task.WhenAll(
            Deployment.StartApiAsync(await WrongClock.SettingsAsync(Offset)), Deployment.StartApiAsync(await WrongClock.SettingsAsync(-Offset)));
        (Ahead, Behind) = (apis[0], apis[1]);
    }

    public async ValueTask DisposeAsync()
    {
        if (Deployment is not null)
        {
            await Deployment.DisposeAsync();
        }
    }

    public TimeSpan OffsetOf(KinoraProcess api) => api == Ahead ? Offset : api == Behind ? -Offset : TimeSpan.Zero;
}
