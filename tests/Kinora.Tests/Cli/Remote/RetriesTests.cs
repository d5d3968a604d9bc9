using Kinora.Cli.Remote;

namespace Kinora.Tests.Cli.Remote;

public sealed class RetriesTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void Waits_double_with_a_part_of_chance_until_the_patience_is_over()
    {
        var retries = new Retries(_time, TimeSpan.FromMinutes(2));

        foreach (var seconds in (double[])[0.25, 0.5, 1, 2, 4, 8, 16, 20, 20])
        {
            var wait = retries.Next()!.Value;
            Assert.InRange(wait.TotalSeconds, 0.75 * seconds, 1.25 * seconds);
            _time.Step(wait);
        }

        _time.Step(TimeSpan.FromMinutes(2));
        Assert.Null(retries.Next());
        retries.Moved();
        Assert.InRange(retries.Next()!.Value.TotalSeconds, 0.18, 0.32);
    }

    [Fact]
    public void A_server_is_waited_for_as_it_asks_but_not_for_ever()
    {
        var retries = new Retries(_time, TimeSpan.FromSeconds(5));

        foreach (var asked in (TimeSpan[])[TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30)])
        {
            Assert.Equal(asked, retries.Next(asked));
            _time.Step(asked);
        }

        Assert.Null(retries.Next(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_server_that_asks_for_no_wait_is_spared_all_the_same()
    {
        var retries = new Retries(_time, TimeSpan.FromMinutes(5));
        var tries = 0;
        while (retries.Next(TimeSpan.Zero) is { } wait)
        {
            Assert.True(wait > TimeSpan.FromMilliseconds(180), $"{wait}");
            Assert.InRange(++tries, 1, 40);
            _time.Step(wait);
        }
    }

    [Fact]
    public void Without_patience_nothing_is_tried_again()
    {
        Assert.Null(new Retries(_time, TimeSpan.Zero).Next());
        Assert.Null(new Retries(_time, TimeSpan.Zero).Next(TimeSpan.FromSeconds(1)));
    }
}
