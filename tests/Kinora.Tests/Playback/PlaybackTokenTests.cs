using Kinora.Core.Accounts;
using Kinora.Core.Errors;
using Kinora.Core.Playback;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Playback;

public sealed class PlaybackTokenTests
{
    private static readonly Guid Video = Guid.CreateVersion7();
    private static readonly DateTimeOffset Expiry = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_token_is_good_for_its_video_until_its_time()
    {
        var token = Tokens(Expiry).Issue(Video, Expiry);

        Assert.Matches("^~[A-Za-z0-9_-]+$", token);
        Tokens(Expiry.AddSeconds(-1)).Check(token, Video);
        Assert.Equal(ErrorCode.Unauthorized, Refused(Expiry, token, Video));
        Assert.Equal(ErrorCode.Unauthorized, Refused(Expiry.AddYears(50), token, Video));
        Assert.Equal(ErrorCode.Forbidden, Refused(Expiry.AddSeconds(-1), token, Guid.CreateVersion7()));
        Assert.Equal(ErrorCode.Unauthorized, Refused(Expiry, token, Guid.CreateVersion7()));
    }

    [Fact]
    public void A_token_of_another_secret_is_refused()
    {
        var token = Tokens(Expiry, "another secret that is long enough to sign").Issue(Video, Expiry);

        Assert.Equal(ErrorCode.Unauthorized, Refused(Expiry.AddHours(-1), token, Video));
    }

    [Fact]
    public void No_other_text_is_taken_and_none_throws_anything_but_a_refusal()
    {
        var good = Tokens(Expiry).Issue(Video, Expiry);
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var text = good.ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(1, random.Next(2) == 0 ? 128 : 0x3000);
            var altered = new string(text);

            if (altered != good)
            {
                Assert.Equal(ErrorCode.Unauthorized, Refused(Expiry.AddHours(-1), altered, Video));
            }
        }

        Assert.All(["", "~", good[1..], good + "A", good + "=", good[..^1]], text =>
            Assert.Equal(ErrorCode.Unauthorized, Refused(Expiry.AddHours(-1), text, Video)));
    }

    private static ErrorCode Refused(DateTimeOffset now, string token, Guid video) =>
        Assert.Throws<ApiException>(() => Tokens(now).Check(token, video)).Code;

    private static PlaybackToken Tokens(DateTimeOffset now, string secret = "a secret of tests that is long enough") =>
        new(new SigningKey(Options.Create(new AuthOptions { Secret = secret })), new Clock(now));

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
