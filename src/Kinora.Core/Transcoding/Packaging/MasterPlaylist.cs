using System.Globalization;
using System.Text;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>The multivariant playlist: draft-pantos-hls-rfc8216bis §4.4.6.</summary>
public static class MasterPlaylist
{
    internal const string AudioGroup = "audio";

    // Apple's HLS Authoring Specification: the default variant on Wi-Fi should be the one of 2000 kbit/s on average.
    private const long FirstVariantRate = 2_000_000;

    /// <param name="videos">Any order.</param>
    /// <param name="audio">The audio of all variants; null when the video is silent.</param>
    /// <param name="targetDuration">As in the media playlists: it bounds what counts as a peak.</param>
    public static string Write(IReadOnlyList<Rendition> videos, Rendition? audio, int targetDuration)
    {
        var text = new StringBuilder("#EXTM3U\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-VERSION:{MediaPlaylist.Version}\n");
        text.Append("#EXT-X-INDEPENDENT-SEGMENTS\n");
        if (audio is not null)
        {
            WriteAudio(text, audio);
        }

        var audioRate = audio is null ? default : RateOf(audio, targetDuration);
        foreach (var (video, rate) in Order([.. videos.Select(v => (v, RateOf(v, targetDuration) + audioRate))]))
        {
            WriteVariant(text, video, audio, rate);
        }

        foreach (var video in videos.OrderByDescending(v => v.Description.Height))
        {
            WriteIFrames(text, video, targetDuration);
        }

        return text.ToString();
    }

    internal static BitRate RateOf(Rendition rendition, int targetDuration) =>
        BitRate.Of([.. rendition.Segments.Select(s => (s.Length, s.DurationUs))], targetDuration);

    internal static BitRate IFrameRateOf(Rendition rendition, int targetDuration) =>
        BitRate.Of([.. rendition.Segments.Select(s => (s.FirstFrameLength, s.DurationUs))], targetDuration);

    internal static string FormatFrameRate(decimal rate) =>
        Math.Round(rate, 3, MidpointRounding.AwayFromZero).ToString("F3", CultureInfo.InvariantCulture);

    /// <summary>
    /// Players start with the variant that stands first (AVPlayer always, hls.js where it has no estimate yet): the highest would stall a
    /// phone, the lowest would greet everyone with a blur. The others follow from the highest down; their order has no meaning.
    /// </summary>
    private static IEnumerable<(Rendition Video, BitRate Rate)> Order(IReadOnlyList<(Rendition Video, BitRate Rate)> variants)
    {
        var first = variants.MinBy(v => Math.Abs(Math.Log((double)Math.Max(v.Rate.Average, 1) / FirstVariantRate)));
        return variants.Where(v => v == first).Concat(variants.Where(v => v != first).OrderByDescending(v => v.Rate.Peak));
    }

    // §4.4.6.1. LANGUAGE comes out of a hostile file: what is no language tag is left out, never escaped.
    private static void WriteAudio(StringBuilder text, Rendition audio)
    {
        var language = LanguageTag.Normalize(audio.Language);
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{AudioGroup}\",NAME=\"{language ?? "Audio"}\"");
        text.Append(language is null ? "" : $",LANGUAGE=\"{language}\"").Append(",DEFAULT=YES,AUTOSELECT=YES");
        text.Append(CultureInfo.InvariantCulture, $",CHANNELS=\"{audio.Description.Channels}\"");
        text.Append(CultureInfo.InvariantCulture, $",URI=\"{PackageLayout.Playlist(audio.Name)}\"\n");
    }

    // §4.4.6.2. CLOSED-CAPTIONS is not written: NONE would be a lie where the source carries captions in its SEI, which x264 keeps.
    private static void WriteVariant(StringBuilder text, Rendition video, Rendition? audio, BitRate rate)
    {
        var codecs = audio is null ? video.Description.Codec : $"{video.Description.Codec},{audio.Description.Codec}";
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={rate.Peak},AVERAGE-BANDWIDTH={rate.Average}");
        text.Append(CultureInfo.InvariantCulture, $",CODECS=\"{codecs}\",RESOLUTION={video.Description.Width}x{video.Description.Height}");
        text.Append(CultureInfo.InvariantCulture, $",FRAME-RATE={FormatFrameRate(video.FrameRate)}");
        text.Append(audio is null ? "" : $",AUDIO=\"{AudioGroup}\"").Append('\n');
        text.Append(PackageLayout.Playlist(video.Name)).Append('\n');
    }

    // §4.4.6.3.
    private static void WriteIFrames(StringBuilder text, Rendition video, int targetDuration)
    {
        var rate = IFrameRateOf(video, targetDuration);
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={rate.Peak},AVERAGE-BANDWIDTH={rate.Average}");
        text.Append(CultureInfo.InvariantCulture, $",CODECS=\"{video.Description.Codec}\"");
        text.Append(CultureInfo.InvariantCulture, $",RESOLUTION={video.Description.Width}x{video.Description.Height}");
        text.Append(CultureInfo.InvariantCulture, $",URI=\"{PackageLayout.IFramePlaylist(video.Name)}\"\n");
    }
}
