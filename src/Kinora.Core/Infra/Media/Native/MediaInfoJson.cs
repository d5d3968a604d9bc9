using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>
/// Media info on its way from the helper to the worker. The helper may be in the hands of the file that it parses: nothing is taken
/// from it that libkinora_media could not have said.
/// </summary>
internal static partial class MediaInfoJson
{
    /// <summary>64 streams have some 30 KB.</summary>
    public const int MaxBytes = 64 << 10;

    private const int MaxText = 1 << 10;
    private const int MaxSide = 1 << 24;
    private const long MaxTime = 1L << 62;

    public static byte[] Write(MediaInfo info) => JsonSerializer.SerializeToUtf8Bytes(info, Context.Default.MediaInfo);

    /// <exception cref="ProbeProtocolException">It is no media info.</exception>
    public static MediaInfo Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxBytes)
        {
            throw new ProbeProtocolException("The media info is too long.");
        }

        MediaInfo? info;
        try
        {
            info = JsonSerializer.Deserialize(json, Context.Default.MediaInfo);
        }
        catch (JsonException e)
        {
            throw new ProbeProtocolException("The media info is malformed.", e);
        }

        if (info is null || info.Streams.Count is 0 or > MediaProbe.MaxStreams || info.DurationUs < 0 || info.BitRate < 0
            || !IsTime(info.DurationUs) || !IsTime(info.StartTimeUs) || info.Streams.Index().Any(s => !IsPossible(s.Item, s.Index)))
        {
            throw new ProbeProtocolException("The media info has impossible values.");
        }

        return info with { Container = Clean(info.Container)!, Streams = [.. info.Streams.Select(Clean)] };
    }

    private static bool IsPossible(MediaStream? stream, int index) =>
        stream is not null
        && stream.Index == index
        && Enum.IsDefined(stream.Kind)
        && stream.Width is >= 0 and <= MaxSide
        && stream.Height is >= 0 and <= MaxSide
        && stream.Rotation is 0 or 90 or 180 or 270
        && stream.BitDepth is >= 0 and <= 64
        && stream.Channels is >= 0 and <= 1 << 16
        && stream.SampleRate >= 0
        && stream.Level is null or >= 0
        && stream.BitRate is null or >= 0
        && stream.FrameCount is null or >= 0
        && stream.DurationUs is null or >= 0
        && stream.KeyframeIntervalUs is null or >= 0
        && IsTime(stream.DurationUs) && IsTime(stream.StartPts) && IsTime(stream.KeyframeIntervalUs)
        && IsRational(stream.TimeBase) && IsRational(stream.SampleAspectRatio)
        && IsRational(stream.AverageFrameRate) && IsRational(stream.RealFrameRate);

    private static bool IsTime(long? value) => value is null or (> -MaxTime and < MaxTime);

    private static bool IsRational(Rational value) => value is { Num: >= 0, Den: > 0 };

    private static MediaStream Clean(MediaStream stream) => stream with
    {
        Codec = Clean(stream.Codec)!,
        Profile = Clean(stream.Profile),
        Language = Clean(stream.Language),
        PixelFormat = Clean(stream.PixelFormat),
        FieldOrder = Clean(stream.FieldOrder),
        ColorRange = Clean(stream.ColorRange),
        ColorPrimaries = Clean(stream.ColorPrimaries),
        ColorTransfer = Clean(stream.ColorTransfer),
        ColorSpace = Clean(stream.ColorSpace),
        ChannelLayout = Clean(stream.ChannelLayout),
    };

    private static string? Clean(string? text) =>
        text is null ? null : Unprintable().Replace(text.Length > MaxText ? text[..MaxText] : text, "");

    // Control characters, lone halves of surrogate pairs, and what turns the direction of text around.
    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]")]
    private static partial Regex Unprintable();

    [JsonSourceGenerationOptions(
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 8)]
    [JsonSerializable(typeof(MediaInfo))]
    private sealed partial class Context : JsonSerializerContext;
}
