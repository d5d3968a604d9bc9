using Kinora.Core.Infra.Media;

namespace Kinora.Tests.Transcoding;

/// <summary>Sources as the probe would tell of them.</summary>
internal static class Sources
{
    public const string Mp4 = "mov,mp4,m4a,3gp,3g2,mj2";

    public static MediaStream Video(int width = 1920, int height = 1080, int rate = 30) => new()
    {
        Index = 0,
        Kind = StreamKind.Video,
        Codec = "h264",
        IsDefault = true,
        TimeBase = new Rational(1, 15360),
        StartPts = 0,
        Width = width,
        Height = height,
        SampleAspectRatio = new Rational(1, 1),
        PixelFormat = "yuv420p",
        BitDepth = 8,
        AverageFrameRate = new Rational(rate, 1),
        RealFrameRate = new Rational(rate, 1),
        FieldOrder = "progressive",
        ColorRange = "tv",
        ColorSpace = "bt709",
        ColorPrimaries = "bt709",
        ColorTransfer = "bt709",
    };

    /// <summary>That any HLS player takes as it is.</summary>
    public static MediaStream Copyable() => Video() with { Profile = "High", Level = 40, BitRate = 4_000_000 };

    public static MediaStream Audio(int channels = 2) => new()
    {
        Index = 1,
        Kind = StreamKind.Audio,
        Codec = "aac",
        IsDefault = true,
        TimeBase = new Rational(1, 48000),
        Channels = channels,
        SampleRate = 48000,
    };

    public static MediaStream Text(int index, string? language) => new()
    {
        Index = index,
        Kind = StreamKind.Subtitle,
        Codec = "subrip",
        IsDefault = true,
        Language = language,
        TimeBase = new Rational(1, 1000),
    };

    public static MediaInfo Info(MediaStream video, MediaStream? audio = null, string container = Mp4, long durationUs = 10_000_000) => new()
    {
        Container = container,
        DurationUs = durationUs,
        Streams = audio is null ? [video] : [video, audio],
    };

    /// <summary>Packets in the order of display, with a keyframe at the first and at each n-th.</summary>
    public static PacketIndex Packets(Rational timeBase, IEnumerable<long> pts, int keyEvery = 60)
    {
        var all = pts.ToArray();
        return new PacketIndex(
            timeBase, all, [.. all], [.. all.Select(_ => 1000)], [.. all.Select((_, i) => i % keyEvery == 0 ? PacketFlags.Key : PacketFlags.None)]);
    }

    public static IEnumerable<long> Regular(int count, long step, long first = 0) => Enumerable.Range(0, count).Select(i => first + (i * step));
}
