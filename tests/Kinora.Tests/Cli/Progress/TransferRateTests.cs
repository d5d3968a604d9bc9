using Kinora.Cli.Progress;

namespace Kinora.Tests.Cli.Progress;

public sealed class TransferRateTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void The_rate_is_that_of_the_last_seconds()
    {
        var rate = new TransferRate(_time);
        var sent = 0L;
        void Send(int seconds, int bytesPerSecond)
        {
            for (var i = 0; i < seconds; i++)
            {
                _time.Step(TimeSpan.FromSeconds(1));
                rate.Note(sent += bytesPerSecond);
            }
        }

        rate.Note(0);
        Assert.Null(rate.BytesPerSecond);
        Send(10, 1000);
        Assert.Equal((1000, TimeSpan.FromSeconds(5)), (rate.BytesPerSecond, rate.TimeFor(4500)));
        Send(10, 200);
        Assert.Equal((200, TimeSpan.FromSeconds(10)), (rate.BytesPerSecond, rate.TimeFor(2000)));
    }

    [Fact]
    public void Many_reports_at_once_are_few_samples_and_the_last_one_counts()
    {
        var rate = new TransferRate(_time);
        for (var i = 0; i <= 6000; i++)
        {
            rate.Note(10 * i);
            _time.Step(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(10_000, rate.BytesPerSecond!.Value, 0.001);
    }

    [Fact]
    public void What_does_not_move_has_no_time_left_and_what_is_sent_again_does_not_count()
    {
        var rate = new TransferRate(_time);
        rate.Note(500);
        _time.Step(TimeSpan.FromSeconds(1));
        rate.Note(500);
        Assert.Null(rate.TimeFor(1));

        rate.Note(100);
        _time.Step(TimeSpan.FromSeconds(2));
        rate.Note(300);
        Assert.Equal(100, rate.BytesPerSecond);
    }
}
