using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Videos;
using Xunit;

namespace Kinora.Tests.Videos;

public sealed class MediaPolicyTests
{
    private static readonly MediaStream Picture = new()
    {
        Index = 0,
        Kind = StreamKind.Video,
        Codec = "h264",
        TimeBase = new Rational(1, 90000),
        Width = 1920,
        Height = 1080,
    };

    private static readonly MediaStream Sound = new()
    {
        Index = 1,
        Kind = StreamKind.Audio,
        Codec = "aac",
        TimeBase = new Rational(1, 48000),
        Channels = 2,
        SampleRate = 48000,
    };

    public static TheoryData<string, MediaStream[]> Refused => new()
    {
        { "NO_VIDEO_STREAM", [] },
        { "NO_VIDEO_STREAM", [Sound] },
        { "NO_VIDEO_STREAM", [Sound, Picture with { Codec = "mjpeg", IsAttachedPicture = true }] },
        { "NO_VIDEO_STREAM", [Sound, Picture with { Kind = StreamKind.Subtitle }] },
        { "ENCRYPTED", [Picture with { IsEncrypted = true }, Sound] },
        { "ENCRYPTED", [Picture, Sound with { IsEncrypted = true }] },
        { "CODEC_NOT_ALLOWED", [Picture with { Codec = "magicyuv" }, Sound] },
        { "CODEC_NOT_ALLOWED", [Picture with { Codec = "none" }] },
        { "UNSUPPORTED_GEOMETRY", [Picture with { Width = 0, Height = 0 }] },
        { "UNSUPPORTED_GEOMETRY", [Picture with { Width = 1, Height = 1080 }] },
        { "UNSUPPORTED_GEOMETRY", [Picture with { Width = 1280, Height = 32 }] },
        { "RESOLUTION_LIMIT", [Picture with { Width = 65535, Height = 65535 }] },
        { "RESOLUTION_LIMIT", [Picture with { Width = 8194, Height = 4320 }] },
        { "RESOLUTION_LIMIT", [Picture with { Width = 20000, Height = 100 }] },
        { "RESOLUTION_LIMIT", [Picture with { Width = 1 << 24, Height = 1 << 24 }] },
        { "UNSUPPORTED_AUDIO", [Picture, Sound with { Codec = "atrac9" }] },
        { "UNSUPPORTED_AUDIO", [Picture, Sound with { Channels = 64 }] },
        { "UNSUPPORTED_AUDIO", [Picture, Sound with { SampleRate = 1 }] },
        { "UNSUPPORTED_AUDIO", [Picture, Sound with { SampleRate = 1_000_000 }] },
        { "TOO_MANY_STREAMS", [Picture, .. Enumerable.Repeat(Sound, 64)] },
    };

    public static TheoryData<string?, MediaStream[]> Taken => new()
    {
        { "aac", [Picture, Sound] },
        { null, [Picture] },
        { "aac", [Picture with { Width = 4320, Height = 8192 }, Sound] },
        { "aac", [Picture with { Width = 161, Height = 121, Codec = "vp9" }, Sound] },
        { "aac", [Picture, Picture with { Codec = "png", IsAttachedPicture = true }, Sound] },
        { "aac", [Picture, Sound with { Codec = "none", Channels = 4, IsDefault = true }, Sound] },
        { "aac", [Picture, Sound with { IsEncrypted = true, IsDefault = true }, Sound] },
        { "opus", [Picture, Sound, Sound with { Codec = "opus", IsDefault = true }] },
        { null, [Picture, Sound with { Codec = "none", Channels = 0, SampleRate = 0 }] },
        { null, [Picture, Sound with { Channels = 0, SampleRate = 0 }] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_become_a_video_is_refused_with_its_reason(string code, MediaStream[] streams)
    {
        var refusal = Assert.Throws<JobFailedException>(() => MediaPolicy.Check(Info(streams), new MediaOptions()));

        Assert.Equal(code, refusal.Code.Name);
        Assert.False(refusal.Code.IsRetryable);
    }

    [Theory]
    [MemberData(nameof(Taken))]
    public void A_video_is_taken_with_the_sound_that_can_be_heard(string? sound, MediaStream[] streams)
    {
        var info = Info(streams);

        MediaPolicy.Check(info, new MediaOptions());

        Assert.Equal(sound, info.Audio?.Codec);
    }

    [Theory]
    [InlineData(8.0, true)]
    [InlineData(8.001, false)]
    [InlineData(null, true)]
    public void A_video_may_be_as_long_as_the_limit(double? hours, bool isTaken)
    {
        var info = Info(Picture) with { DurationUs = (long?)(hours * 3_600_000_000) };

        var refusal = Record.Exception(() => MediaPolicy.Check(info, new MediaOptions())) as JobFailedException;

        Assert.Equal(isTaken ? null : JobErrorCode.DurationLimit, refusal?.Code);
    }

    [Fact]
    public void The_limits_are_options()
    {
        var limits = new MediaOptions { MaxPixels = 1280 * 720, MaxDuration = TimeSpan.FromMinutes(1), MinSidePixels = 100, MaxStreams = 1 };

        Assert.Equal(JobErrorCode.ResolutionLimit, CodeOf(Info(Picture)));
        Assert.Equal(JobErrorCode.UnsupportedGeometry, CodeOf(Info(Picture with { Width = 99 })));
        Assert.Equal(JobErrorCode.TooManyStreams, CodeOf(Info(Picture, Sound)));
        Assert.Equal(JobErrorCode.DurationLimit, CodeOf(Info(Picture with { Width = 640, Height = 480 }) with { DurationUs = 61_000_000 }));

        JobErrorCode CodeOf(MediaInfo info) => Assert.Throws<JobFailedException>(() => MediaPolicy.Check(info, limits)).Code;
    }

    [Fact]
    public void Sound_without_pictures_is_taken_where_it_is_allowed()
    {
        var allowed = new MediaOptions { AllowAudioOnly = true };
        var cover = Picture with { Codec = "png", IsAttachedPicture = true };

        MediaPolicy.Check(Info(Sound), allowed);
        MediaPolicy.Check(Info(cover, Sound), allowed);
        MediaPolicy.Check(Info(Picture, Sound), allowed);

        Assert.Equal(JobErrorCode.NoVideoStream, CodeOf());
        Assert.Equal(JobErrorCode.NoVideoStream, CodeOf(cover));
        Assert.Equal(JobErrorCode.NoVideoStream, CodeOf(Sound with { Channels = 0, SampleRate = 0 }));
        Assert.Equal(JobErrorCode.UnsupportedAudio, CodeOf(Sound with { Codec = "atrac9" }));
        Assert.Equal(JobErrorCode.Encrypted, CodeOf(Sound with { IsEncrypted = true }));

        JobErrorCode CodeOf(params MediaStream[] streams) =>
            Assert.Throws<JobFailedException>(() => MediaPolicy.Check(Info(streams), allowed)).Code;
    }

    private static MediaInfo Info(params MediaStream[] streams) => new() { Container = "mov", DurationUs = 1_000_000, Streams = streams };
}
