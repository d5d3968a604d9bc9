using System.Globalization;
using System.Text;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>The multivariant playlist: draft-pantos-hls-rfc8216bis §4.4.6.</summary>
public static class MasterPlaylist
{
    internal const string AudioGroup = "audio";

    // Apple's HLS Authoring Specification: the default variant on Wi-Fi should be the one of 2000 kbit/s on average.
    private const long FirstVariantRate = 2_000_000;

    /// <summary>Of a package that is complete.</summary>
    /// <param name="videos">Any order.</param>
    /// <param name="audio">Of all variants, the default one first; none: the video is silent.</param>
    /// <param name="targetDuration">As in the media playlists: it bounds what counts as a peak.</param>
    public static string Write(IReadOnlyList<Rendition> videos, IReadOnlyList<Rendition> audio, int targetDuration)
    {
        var audioRate = audio.Select(a => RateOf(a, targetDuration)).DefaultIfEmpty().MaxBy(rate => rate.Peak);
        var group = audio.Count > 0 ? AudioGroup : null;
        return Write(
            Order([.. videos.Select(video => new MasterVariant(video, group, RateOf(video, targetDuration) + audioRate))]),
            [.. audio.Select((a, i) => new MasterAudio(a, AudioGroup, PackageLayout.Playlist(a.Name), i == 0))],
            targetDuration);
    }

    /// <param name="variants">In the order in which they shall stand: see <see cref="Order"/>.</param>
    internal static string Write(IEnumerable<MasterVariant> variants, IReadOnlyList<MasterAudio> audio, int targetDuration)
    {
        var all = variants.ToList();
        var text = new StringBuilder("#EXTM3U\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-VERSION:{MediaPlaylist.Version}\n");
        text.Append("#EXT-X-INDEPENDENT-SEGMENTS\n");
        foreach (var group in audio.GroupBy(a => a.Group))
        {
            var names = new HashSet<string>();
            foreach (var one in group)
            {
                WriteAudio(text, one, names);
            }
        }

        foreach (var variant in all)
        {
            WriteVariant(text, variant, audio);
        }

        foreach (var variant in all.OrderByDescending(v => v.Video.Description.Height))
        {
            WriteIFrames(text, variant, targetDuration);
        }

        return text.ToString();
    }

    /// <summary>
    /// Players start with the variant that stands first (AVPlayer always, hls.js where it has no estimate yet): the highest would stall a
    /// phone, the lowest would greet everyone with a blur. The others follow from the highest down; their order has no meaning.
    /// </summary>
    internal static IEnumerable<MasterVariant> Order(IReadOnlyList<MasterVariant> variants)
    {
        var first = variants.MinBy(v => Math.Abs(Math.Log((double)Math.Max(v.Rate.Average, 1) / FirstVariantRate)));
        return variants.Where(v => v == first).Concat(variants.Where(v => v != first).OrderByDescending(v => v.Rate.Peak));
    }

    internal static BitRate RateOf(Rendition rendition, int targetDuration) =>
        BitRate.Of([.. rendition.Segments.Select(s => (s.Length, s.DurationUs))], targetDuration);

    internal static BitRate IFrameRateOf(Rendition rendition, int targetDuration) =>
        BitRate.Of([.. rendition.Segments.Select(s => (s.FirstFrameLength, s.DurationUs))], targetDuration);

    internal static string FormatFrameRate(decimal rate) =>
        Math.Round(rate, 3, MidpointRounding.AwayFromZero).ToString("F3", CultureInfo.InvariantCulture);

    // §4.4.6.1. LANGUAGE comes out of a hostile file: what is no language tag is left out, never escaped. Names are unique in a group.
    private static void WriteAudio(StringBuilder text, MasterAudio audio, HashSet<string> names)
    {
        var language = LanguageTag.Normalize(audio.Rendition.Language);
        var name = language ?? "Audio";
        for (var i = 2; !names.Add(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{language ?? "Audio"} {i}");
        }

        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{audio.Group}\",NAME=\"{name}\"");
        text.Append(language is null ? "" : $",LANGUAGE=\"{language}\"");
        text.Append(audio.IsDefault ? ",DEFAULT=YES,AUTOSELECT=YES" : ",DEFAULT=NO,AUTOSELECT=YES");
        text.Append(CultureInfo.InvariantCulture, $",CHANNELS=\"{audio.Rendition.Description.Channels}\"");
        text.Append(CultureInfo.InvariantCulture, $",URI=\"{audio.Uri}\"\n");
    }

    // §4.4.6.2. CLOSED-CAPTIONS is not written: NONE would be a lie where the source carries captions in its SEI, which x264 keeps.
    private static void WriteVariant(StringBuilder text, MasterVariant variant, IReadOnlyList<MasterAudio> audio)
    {
        var (video, rate) = (variant.Video, variant.Rate);
        var sound = audio.FirstOrDefault(a => a.Group == variant.AudioGroup)?.Rendition.Description.Codec;
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={rate.Peak},AVERAGE-BANDWIDTH={rate.Average}");
        text.Append(CultureInfo.InvariantCulture, $",CODECS=\"{video.Description.Codec}{(sound is null ? "" : $",{sound}")}\"");
        text.Append(CultureInfo.InvariantCulture, $",RESOLUTION={video.Description.Width}x{video.Description.Height}");
        text.Append(CultureInfo.InvariantCulture, $",FRAME-RATE={FormatFrameRate(video.FrameRate)}");
        text.Append(variant.AudioGroup is { } group ? $",AUDIO=\"{group}\"" : "").Append('\n');
        text.Append(variant.Folder).Append(PackageLayout.Playlist(video.Name)).Append('\n');
    }

    // §4.4.6.3.
    private static void WriteIFrames(StringBuilder text, MasterVariant variant, int targetDuration)
    {
        var video = variant.Video;
        var rate = IFrameRateOf(video, targetDuration);
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={rate.Peak},AVERAGE-BANDWIDTH={rate.Average}");
        text.Append(CultureInfo.InvariantCulture, $",CODECS=\"{video.Description.Codec}\"");
        text.Append(CultureInfo.InvariantCulture, $",RESOLUTION={video.Description.Width}x{video.Description.Height}");
        text.Append(CultureInfo.InvariantCulture, $",URI=\"{variant.Folder}{PackageLayout.IFramePlaylist(video.Name)}\"\n");
    }
}

/// <param name="AudioGroup">Null: none.</param>
/// <param name="Rate">With the audio's.</param>
/// <param name="Folder">Of its playlists, seen from the master; empty, or ends with "/".</param>
internal sealed record MasterVariant(Rendition Video, string? AudioGroup, BitRate Rate, string Folder = "");

/// <summary>An audio rendition in a group.</summary>
internal sealed record MasterAudio(Rendition Rendition, string Group, string Uri, bool IsDefault);
