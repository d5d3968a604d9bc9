using System.Globalization;
using System.Text.Json;
using Kinora.Core.Infra.Media;

namespace Kinora.IntegrationTests.Transcoding;

/// <summary>Media info and packets as ffprobe tells them, so that encoding is tested apart from the native probe.</summary>
internal static class FfprobeMedia
{
    public static async Task<MediaInfo> InfoAsync(string path)
    {
        var root = await Tools.FfprobeAsync(path, "-show_format", "-show_streams");
        var format = root.GetProperty("format");
        return new MediaInfo
        {
            Container = Text(format, "format_name")!,
            DurationUs = Micros(format, "duration"),
            StartTimeUs = Micros(format, "start_time"),
            BitRate = Number(format, "bit_rate"),
            Streams = [.. root.GetProperty("streams").EnumerateArray().Select(Stream)],
        };
    }

    public static async Task<PacketIndex> PacketsAsync(string path, MediaStream stream)
    {
        var root = await Tools.FfprobeAsync(
            path, "-select_streams", stream.Index.ToString(CultureInfo.InvariantCulture), "-show_entries", "packet=pts,dts,size,flags");
        var packets = root.GetProperty("packets").EnumerateArray().ToArray();
        return new PacketIndex(
            stream.TimeBase,
            [.. packets.Select(p => Number(p, "pts") ?? PacketIndex.NoTimestamp)],
            [.. packets.Select(p => Number(p, "dts") ?? PacketIndex.NoTimestamp)],
            [.. packets.Select(p => (int)(Number(p, "size") ?? 0))],
            [.. packets.Select(p => Flags(Text(p, "flags") ?? ""))]);
    }

    private static MediaStream Stream(JsonElement s)
    {
        var disposition = s.GetProperty("disposition");
        var rotation = s.TryGetProperty("side_data_list", out var list)
            ? list.EnumerateArray().Select(d => d.TryGetProperty("rotation", out var r) ? r.GetDouble() : (double?)null).FirstOrDefault(r => r is not null)
            : null;
        return new MediaStream
        {
            Index = s.GetProperty("index").GetInt32(),
            Kind = Text(s, "codec_type") switch { "video" => StreamKind.Video, "audio" => StreamKind.Audio, "subtitle" => StreamKind.Subtitle, _ => StreamKind.Data },
            Codec = Text(s, "codec_name") ?? "none",
            IsDefault = disposition.GetProperty("default").GetInt32() == 1,
            IsAttachedPicture = disposition.GetProperty("attached_pic").GetInt32() == 1,
            TimeBase = Ratio(s, "time_base"),
            StartPts = Number(s, "start_pts"),
            DurationUs = Micros(s, "duration"),
            BitRate = Number(s, "bit_rate"),
            FrameCount = Number(s, "nb_frames"),
            Width = (int)(Number(s, "width") ?? 0),
            Height = (int)(Number(s, "height") ?? 0),
            SampleAspectRatio = Ratio(s, "sample_aspect_ratio"),
            Rotation = rotation is > -100000 and < 100000 ? (((int)Math.Round(-rotation.Value / 90) * 90 % 360) + 360) % 360 : 0,
            PixelFormat = Text(s, "pix_fmt"),
            BitDepth = Text(s, "pix_fmt")?.Contains("10", StringComparison.Ordinal) == true ? 10 : 8,
            AverageFrameRate = Ratio(s, "avg_frame_rate"),
            RealFrameRate = Ratio(s, "r_frame_rate"),
            FieldOrder = Text(s, "field_order"),
            ColorRange = Text(s, "color_range"),
            ColorPrimaries = Text(s, "color_primaries"),
            ColorTransfer = Text(s, "color_transfer"),
            ColorSpace = Text(s, "color_space"),
            Channels = (int)(Number(s, "channels") ?? 0),
            SampleRate = (int)(Number(s, "sample_rate") ?? 0),
        };
    }

    private static PacketFlags Flags(string text) =>
        (text.Contains('K', StringComparison.Ordinal) ? PacketFlags.Key : 0)
        | (text.Contains('D', StringComparison.Ordinal) ? PacketFlags.Discard : 0);

    private static string? Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    private static long? Number(JsonElement e, string name) =>
        long.TryParse(Text(e, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static long? Micros(JsonElement e, string name) =>
        decimal.TryParse(Text(e, name), NumberStyles.Number, CultureInfo.InvariantCulture, out var value) ? (long)(value * 1_000_000) : null;

    private static Rational Ratio(JsonElement e, string name)
    {
        var parts = (Text(e, name) ?? "0/1").Split('/', ':');
        return parts.Length == 2 && int.TryParse(parts[0], out var num) && int.TryParse(parts[1], out var den) ? new Rational(num, den) : new Rational(0, 1);
    }
}
