using Kinora.Core.Accounts;
using Kinora.Core.Errors;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Accounts;

public sealed class FailedLoginsTests
{
    private readonly Clock _clock = new();
    private readonly FailedLogins _failedLogins;

    public FailedLoginsTests() => _failedLogins = new FailedLogins(Options.Create(new AuthOptions { FailedLoginLimit = 3 }), _clock);

    [Fact]
    public void Past_the_limit_the_account_waits_for_the_windows_end()
    {
        Fail("ada", 3);
        _clock.Now += TimeSpan.FromMinutes(5);

        var refusal = Assert.Throws<ApiException>(() => _failedLogins.Begin("ada"));

        Assert.Equal(ErrorCode.TooManyRequests, refusal.Code);
        Assert.Equal(TimeSpan.FromMinutes(10), refusal.RetryAfter);
    }

    [Fact]
    public void After_the_window_it_may_try_again()
    {
        Fail("ada", 3);
        Assert.Throws<ApiException>(() => _failedLogins.Begin("ada"));

        _clock.Now += TimeSpan.FromMinutes(15);

        Fail("ada", 3);
    }

    [Fact]
    public void Trying_while_it_waits_makes_it_wait_no_longer()
    {
        Fail("ada", 3);
        for (var i = 0; i < 100; i++)
        {
            Assert.Throws<ApiException>(() => _failedLogins.Begin("ada"));
        }

        _clock.Now += TimeSpan.FromMinutes(15);

        Fail("ada", 1);
    }

    [Fact]
    public void Accounts_count_apart()
    {
        Fail("ada", 3);

        Fail("bob", 3);
    }

    [Fact]
    public void A_success_starts_anew()
    {
        Fail("ada", 2);

        _failedLogins.Forget("ada");

        Fail("ada", 3);
    }

    private void Fail(string email, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _failedLogins.Begin(email);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
