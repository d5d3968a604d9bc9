using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>The master says what the renditions are: no more, no less.</summary>
internal static class MasterChecks
{
    public static void Run(
        CheckList checks,
        PublishedMaster master,
        IReadOnlyList<TrackInput> tracks,
        IReadOnlyList<PublishedRendition> videos,
        IReadOnlyList<PublishedRendition> audio)
    {
        if (!CheckEntries(checks, master, videos, audio))
        {
            return;
        }

        CheckAudio(checks, master, audio);
        var audioRate = audio.Select(a => RateOf(a, a.Playlist.Segments.Select(s => s.Length))).DefaultIfEmpty().MaxBy(rate => rate.Peak);
        var sound = audio.Count > 0 ? "," + audio[0].Description.Codec : "";
        foreach (var video in videos)
        {
            var track = tracks.Single(t => t.Name == video.Name);
            var variant = master.Variants.Single(v => v["URI"] == PackageLayout.Playlist(video.Name));
            var iframes = master.IFrames.Single(v => v["URI"] == PackageLayout.IFramePlaylist(video.Name));
            var codec = video.Description.Codec;
            checks.AddEqual(
                "codecs-are-true", video.Name, codec + sound, Get(variant, "CODECS"));
            checks.AddEqual("iframe-codecs-are-true", video.Name, codec, Get(iframes, "CODECS"));
            CheckResolution(checks, video, track, variant, iframes);
            CheckFrameRate(checks, video, track, variant);
            CheckRate(
                checks, "bandwidth-is-true", video.Name, variant, RateOf(video, video.Playlist.Segments.Select(s => s.Length)) + audioRate);
            CheckRate(
                checks, "iframe-bandwidth-is-true", video.Name, iframes, RateOf(video, video.Segments.Select(s => s.FirstFrameLength)));
        }
    }

    private static bool CheckEntries(
        CheckList checks, PublishedMaster master, IReadOnlyList<PublishedRendition> videos, IReadOnlyList<PublishedRendition> audio)
    {
        var (variants, iframes, group) = (Uris(master.Variants), Uris(master.IFrames), Uris(master.Audio));
        var expectedVariants = Join(videos.Select(v => PackageLayout.Playlist(v.Name)));
        var expectedIFrames = Join(videos.Select(v => PackageLayout.IFramePlaylist(v.Name)));
        var expectedGroup = Join(audio.Select(a => PackageLayout.Playlist(a.Name)));
        checks.AddEqual("variants-are-the-renditions", null, expectedVariants, variants);
        checks.AddEqual("iframe-variants-are-the-renditions", null, expectedIFrames, iframes);
        checks.AddEqual("audio-group-is-the-audio", null, expectedGroup, group);
        return variants == expectedVariants && iframes == expectedIFrames && group == expectedGroup;
    }

    private static void CheckAudio(CheckList checks, PublishedMaster master, IReadOnlyList<PublishedRendition> audio)
    {
        if (audio.Count == 0)
        {
            return;
        }

        var groups = master.Audio.Select(entry => Get(entry, "GROUP-ID")).Distinct().ToArray();
        var isReferred = groups.Length == 1 && master.Variants.All(v => Get(v, "AUDIO") == groups[0]);
        checks.Add(
            "variants-refer-to-the-audio",
            null,
            isReferred,
            "AUDIO of every variant is the group",
            isReferred ? "so it is" : "another group");
        checks.AddEqual(
            "audio-has-one-default", null, "1 default, names that differ",
            $"{master.Audio.Count(entry => Get(entry, "DEFAULT") == "YES")} default, names that {(master.Audio.DistinctBy(entry => Get(entry, "NAME")).Count() == audio.Count ? "differ" : "are the same")}");
        foreach (var track in audio)
        {
            var entry = master.Audio.Single(e => e["URI"] == PackageLayout.Playlist(track.Name));
            checks.AddEqual("channels-are-true", track.Name, $"{track.Description.Channels}", Get(entry, "CHANNELS"));
        }
    }

    private static void CheckResolution(
        CheckList checks,
        PublishedRendition video,
        TrackInput track,
        Dictionary<string, string> variant,
        Dictionary<string, string> iframes)
    {
        var coded = $"{video.Description.Width}x{video.Description.Height}";
        checks.AddEqual("resolution-is-as-planned", video.Name, $"{track.Width}x{track.Height}", coded);
        checks.AddEqual("resolution-is-true", video.Name, coded, Get(variant, "RESOLUTION"));
        checks.AddEqual("iframe-resolution-is-true", video.Name, coded, Get(iframes, "RESOLUTION"));
    }

    private static void CheckFrameRate(CheckList checks, PublishedRendition video, TrackInput track, Dictionary<string, string> variant)
    {
        var rate = track.FrameRate.IsKnown
            ? (decimal)track.FrameRate.Num / track.FrameRate.Den
            : video.Frames * 1_000_000m / video.Playlist.DurationUs;
        checks.AddEqual("frame-rate-is-true", video.Name, MasterPlaylist.FormatFrameRate(rate), Get(variant, "FRAME-RATE"));
    }

    private static void CheckRate(CheckList checks, string name, string rendition, Dictionary<string, string> entry, BitRate measured) =>
        checks.AddEqual(
            name,
            rendition,
            $"at most {measured.Peak}, on average {measured.Average} bit/s",
            $"at most {Get(entry, "BANDWIDTH")}, on average {Get(entry, "AVERAGE-BANDWIDTH")} bit/s");

    private static BitRate RateOf(PublishedRendition rendition, IEnumerable<long> lengths) =>
        BitRate.Of([.. lengths.Zip(rendition.Playlist.Segments.Select(s => s.DurationUs))], rendition.Playlist.TargetDuration);

    private static string Get(Dictionary<string, string> attributes, string name) => attributes.GetValueOrDefault(name, "nothing");

    private static string Uris(IEnumerable<Dictionary<string, string>> entries) => Join(entries.Select(e => Get(e, "URI")));

    private static string Join(IEnumerable<string> names) =>
        string.Join(' ', names.Order(StringComparer.Ordinal)) is { Length: > 0 } joined ? joined : "none";
}
