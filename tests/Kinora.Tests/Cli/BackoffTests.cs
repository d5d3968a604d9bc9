using Kinora.Cli.Running;

namespace Kinora.Tests.Cli;

public sealed class BackoffTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void The_wait_doubles_from_one_second_to_thirty()
    {
        var backoff = new Backoff(_time);

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 7).Select(_ => backoff.Next().TotalSeconds));
    }

    [Fact]
    public void A_life_of_a_minute_starts_the_waits_anew()
    {
        var backoff = new Backoff(_time);
        backoff.Next();
        backoff.Next();

        backoff.Started();
        _time.Step(TimeSpan.FromSeconds(60));

        Assert.Equal(1, backoff.Next().TotalSeconds);
    }

    [Fact]
    public void A_start_that_fails_after_a_long_life_still_waits_longer_each_time()
    {
        var backoff = new Backoff(_time);
        backoff.Started();
        _time.Step(TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2, 4], Enumerable.Range(0, 3).Select(_ => backoff.Next().TotalSeconds));
    }
}
