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
        IReadOnlyList<PublishedRendition> audio,
        IReadOnlyList<PublishedText> texts)
    {
        // Sound alone is a variant itself, and a group only where there is a choice.
        var isSound = videos.Count == 0;
        var group = isSound && audio.Count == 1 ? [] : audio;
        if (!CheckEntries(checks, master, isSound ? [audio[0]] : videos, videos, group, texts))
        {
            return;
        }

        CheckAudio(checks, master, group);
        CheckText(checks, master);
        var audioRate = audio.Select(a => RateOf(a, a.Playlist.Segments.Select(s => s.Length))).DefaultIfEmpty().MaxBy(rate => rate.Peak);
        if (isSound)
        {
            CheckSound(checks, audio[0], master.Variants.Single(), audioRate);
        }

        var besideRate = audioRate + texts
            .Select(text => BitRate.Of([(text.Facts.Bytes, text.DurationUs)], MediaPlaylist.TargetDuration(TimeSpan.Zero, text.DurationUs)))
            .DefaultIfEmpty()
            .MaxBy(rate => rate.Peak);
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
                checks, "bandwidth-is-true", video.Name, variant, RateOf(video, video.Playlist.Segments.Select(s => s.Length)) + besideRate);
            CheckRate(
                checks, "iframe-bandwidth-is-true", video.Name, iframes, RateOf(video, video.Segments.Select(s => s.FirstFrameLength)));
        }
    }

    private static bool CheckEntries(
        CheckList checks,
        PublishedMaster master,
        IReadOnlyList<PublishedRendition> expected,
        IReadOnlyList<PublishedRendition> videos,
        IReadOnlyList<PublishedRendition> audio,
        IReadOnlyList<PublishedText> texts)
    {
        var (variants, iframes, group) = (Uris(master.Variants), Uris(master.IFrames), Uris(master.Audio));
        var expectedVariants = Join(expected.Select(v => PackageLayout.Playlist(v.Name)));
        var expectedIFrames = Join(videos.Select(v => PackageLayout.IFramePlaylist(v.Name)));
        var expectedGroup = Join(audio.Select(a => PackageLayout.Playlist(a.Name)));
        checks.AddEqual("variants-are-the-renditions", null, expectedVariants, variants);
        checks.AddEqual("iframe-variants-are-the-renditions", null, expectedIFrames, iframes);
        checks.AddEqual("audio-group-is-the-audio", null, expectedGroup, group);
        var (text, expectedText) = (Uris(master.Text), Join(texts.Select(t => PackageLayout.Playlist(t.Name))));
        checks.AddEqual("text-group-is-the-text", null, expectedText, text);
        return variants == expectedVariants && iframes == expectedIFrames && group == expectedGroup && text == expectedText;
    }

    /// <summary>One group, of all variants, in which nothing is the default.</summary>
    private static void CheckText(CheckList checks, PublishedMaster master)
    {
        var groups = master.Text.Select(entry => Get(entry, "GROUP-ID")).DefaultIfEmpty("nothing").Distinct().ToArray();
        var isReferred = groups.Length == 1 && master.Variants.All(v => Get(v, "SUBTITLES") == groups[0]);
        checks.AddFault(
            "variants-refer-to-the-text", null, "SUBTITLES of every variant is the group", isReferred ? null : "another group");
        checks.AddFault(
            "text-has-no-default", null, "no default, names that differ",
            master.Text.Exists(entry => Get(entry, "DEFAULT") != "NO") ? "a default"
            : master.Text.DistinctBy(entry => Get(entry, "NAME")).Count() != master.Text.Count ? "names that are the same"
            : null);
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

    /// <summary>The variant of sound alone: the most that any track takes, and no word of pictures.</summary>
    private static void CheckSound(CheckList checks, PublishedRendition audio, Dictionary<string, string> variant, BitRate rate)
    {
        checks.AddEqual("codecs-are-true", audio.Name, audio.Description.Codec, Get(variant, "CODECS"));
        checks.AddEqual("resolution-is-true", audio.Name, "nothing", Get(variant, "RESOLUTION"));
        checks.AddEqual("frame-rate-is-true", audio.Name, "nothing", Get(variant, "FRAME-RATE"));
        CheckRate(checks, "bandwidth-is-true", audio.Name, variant, rate);
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
