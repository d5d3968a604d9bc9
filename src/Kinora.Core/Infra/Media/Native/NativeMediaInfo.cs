using System.Text;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>From the library's structs to <see cref="MediaInfo"/>.</summary>
internal static unsafe class NativeMediaInfo
{
    // Times of damaged files: beyond this they mean nothing, and could not be calculated with. KINORA_MEDIA_UNKNOWN lies beyond it too.
    private const long MostTime = 1L << 61;

    public static NativeStatus Read(NativeMedia media, out MediaInfo? result)
    {
        result = null;
        if (media.Describe(out var info) is var status and not NativeStatus.Ok)
        {
            return status;
        }

        var streams = new List<MediaStream>(info.StreamCount);
        for (var i = 0; i < info.StreamCount; i++)
        {
            status = media.DescribeStream(i, out var stream);
            if (status != NativeStatus.Ok)
            {
                return status;
            }

            streams.Add(ToStream(stream));
        }

        result = new MediaInfo
        {
            Container = Text(info.Container, 64) ?? "",
            DurationUs = Known(info.DurationUs),
            StartTimeUs = Known(info.StartTimeUs),
            BitRate = Known(info.BitRate),
            Streams = streams,
        };
        return NativeStatus.Ok;
    }

    private static MediaStream ToStream(NativeStream stream) => new()
    {
        Index = stream.Index,
        Kind = (StreamKind)stream.Kind,
        Codec = Text(stream.Codec, 32) ?? "none",
        Profile = Text(stream.Profile, 64),
        Level = stream.Level < 0 ? null : stream.Level,
        Language = Text(stream.Language, 32),
        IsDefault = stream.Flags.HasFlag(NativeStreamFlags.Default),
        IsAttachedPicture = stream.Flags.HasFlag(NativeStreamFlags.AttachedPicture),
        IsEncrypted = stream.Flags.HasFlag(NativeStreamFlags.Encrypted),
        IsForced = stream.Flags.HasFlag(NativeStreamFlags.Forced),
        IsForHearingImpaired = stream.Flags.HasFlag(NativeStreamFlags.HearingImpaired),
        IsMirrored = stream.Flags.HasFlag(NativeStreamFlags.Mirrored),
        HasAlpha = stream.Flags.HasFlag(NativeStreamFlags.Alpha),
        TimeBase = stream.TimeBase.ToRational(),
        StartPts = Known(stream.StartPts),
        DurationUs = Known(stream.DurationUs),
        BitRate = Known(stream.BitRate),
        FrameCount = Known(stream.FrameCount),
        Width = stream.Width,
        Height = stream.Height,
        SampleAspectRatio = stream.SampleAspectRatio.ToRational(),
        Rotation = stream.Rotation,
        PixelFormat = Text(stream.PixelFormat, 32),
        BitDepth = stream.BitDepth,
        AverageFrameRate = stream.AverageFrameRate.ToRational(),
        RealFrameRate = stream.RealFrameRate.ToRational(),
        FieldOrder = Text(stream.FieldOrder, 16),
        ColorRange = Text(stream.ColorRange, 16),
        ColorPrimaries = Text(stream.ColorPrimaries, 32),
        ColorTransfer = Text(stream.ColorTransfer, 32),
        ColorSpace = Text(stream.ColorSpace, 32),
        KeyframeIntervalUs = Known(stream.KeyframeIntervalUs),
        Channels = stream.Channels,
        ChannelLayout = Text(stream.ChannelLayout, 64),
        SampleRate = stream.SampleRate,
    };

    private static long? Known(long value) => value is > MostTime or < -MostTime ? null : value;

    private static string? Text(byte* text, int size)
    {
        var bytes = new ReadOnlySpan<byte>(text, size);
        var end = bytes.IndexOf((byte)0);
        return end == 0 ? null : Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
