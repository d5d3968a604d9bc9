using Kinora.Core.Infra.Storage.Collection;
using Microsoft.Extensions.Configuration;

namespace Kinora.Tests.Infra.Storage;

public sealed class CollectorOptionsTests
{
    [Fact]
    public void A_prefix_is_swept_again_after_ten_minutes_and_a_day() => Assert.Equal([TimeSpan.FromMinutes(10), TimeSpan.FromDays(1)], Bind([]));

    [Fact]
    public void A_list_replaces_the_default() => Assert.Equal([TimeSpan.FromMinutes(1)], Bind(new() { ["SweepAgain:0"] = "00:01:00" }));

    private static IReadOnlyList<TimeSpan> Bind(Dictionary<string, string?> settings) =>
        (new ConfigurationBuilder().AddInMemoryCollection(settings).Build().Get<CollectorOptions>() ?? new CollectorOptions()).Sweeps;
}
