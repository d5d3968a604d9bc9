using Kinora.Core.Jobs;

namespace Kinora.Tests.Jobs;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(8, 256)]
    [InlineData(9, 300)]
    [InlineData(1000, 300)]
    public void The_wait_doubles_up_to_its_limit_with_jitter_on_its_upper_half(int attempts, int seconds)
    {
        var random = new Random(7);
        var waits = Enumerable.Range(0, 1000).Select(_ => Backoff.After(attempts, new JobOptions(), random).TotalSeconds).ToList();

        Assert.All(waits, wait => Assert.InRange(wait, seconds / 2.0, seconds));
        Assert.True(waits.Max() - waits.Min() > seconds * 0.4, "without jitter jobs that failed together come back together");
    }

    [Fact]
    public void Without_a_base_there_is_no_wait()
    {
        Assert.Equal(TimeSpan.Zero, Backoff.After(3, new JobOptions { BackoffBase = TimeSpan.Zero }, new Random(7)));
    }
}
