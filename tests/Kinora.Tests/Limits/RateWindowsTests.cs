using Kinora.Core.Limits.Rates;

namespace Kinora.Tests.Limits;

public sealed class RateWindowsTests
{
    private static readonly RateLimit Three = new("logins", 3, TimeSpan.FromMinutes(15));
    private readonly Clock _clock = new();
    private readonly RateWindows _windows;

    public RateWindowsTests() => _windows = new RateWindows(_clock);

    [Fact]
    public void Past_the_limit_the_wait_lasts_until_the_first_permit_is_a_period_old()
    {
        Take("ada", 3);
        _clock.Move(TimeSpan.FromMinutes(5));

        Assert.Equal(TimeSpan.FromMinutes(10), _windows.Take(Three, "ada"));
    }

    [Fact]
    public void No_period_has_more_permits_than_the_limit_wherever_it_begins()
    {
        Take("ada", 1);
        _clock.Move(TimeSpan.FromMinutes(14));
        Take("ada", 2);
        _clock.Move(TimeSpan.FromMinutes(1));

        Take("ada", 1);

        Assert.Equal(TimeSpan.FromMinutes(14), _windows.Take(Three, "ada"));
    }

    [Fact]
    public void Asking_while_it_waits_makes_it_wait_no_longer()
    {
        Take("ada", 3);
        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(_windows.Take(Three, "ada"));
        }

        _clock.Move(TimeSpan.FromMinutes(15));

        Take("ada", 3);
    }

    [Fact]
    public void Subjects_and_limits_count_apart()
    {
        Take("ada", 3);

        Take("bob", 3);

        Assert.Null(_windows.Take(Three with { Name = "uploads" }, "ada"));
    }

    [Fact]
    public void What_is_forgotten_begins_anew()
    {
        Take("ada", 3);

        _windows.Forget(Three, "ada");

        Take("ada", 3);
    }

    [Fact]
    public void Beyond_so_many_subjects_the_others_share_one_window()
    {
        for (var i = 0; i < RateWindows.MaxSubjects; i++)
        {
            Take($"{i}", 1);
        }

        Take("ada", 1);
        Take("bob", 2);

        Assert.NotNull(_windows.Take(Three, "eve"));
        Take("7", 2);
        _clock.Move(TimeSpan.FromMinutes(15));
        Take("eve", 3);
        Take("ada", 3);
    }

    [Fact]
    public void What_is_over_is_swept_out_and_nothing_else()
    {
        Take("ada", 3);
        _clock.Move(TimeSpan.FromMinutes(10));
        Take("bob", 3);
        _clock.Move(TimeSpan.FromMinutes(10));

        Assert.Equal(TimeSpan.FromMinutes(5), _windows.Take(Three, "bob"));
        Take("ada", 3);
    }

    private void Take(string subject, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Null(_windows.Take(Three, subject));
        }
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks = TimeSpan.FromDays(1).Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Move(TimeSpan by) => _ticks += by.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
