using System.Net;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>Redis fails in every way: requests are taken all the same, and no job is lost or charged.</summary>
public sealed class QueueFaultTests : StoreFaultTest
{
    private RedisFaults _faults = null!;
    private Guid _analyzed;

    protected override string Section => "Redis";

    protected override string HealthName => "redis";

    protected override HttpStatusCode ReadyMeanwhile => HttpStatusCode.OK;

    [Fact]
    public async Task Jobs_outlive_every_fault_of_redis_under_load()
    {
        _faults = new RedisFaults(Deployment);
        _analyzed = await Stranger.Client.UploadAnalyzedAsync(await SourceClips.MomentAsync());

        await RunAsync(_faults.All, ChaosScale.Of(30, 1300));
    }

    protected override async Task AskMeanwhileAsync()
    {
        Assert.NotNull(await Stranger.UploadAsync(("transcode", "true")));
        Assert.NotNull(await Stranger.TranscodeAsync(_analyzed));
    }

    protected override Task WaitForUseAsync() => _faults.WaitForDeliveryAsync();
}
