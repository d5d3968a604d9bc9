using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>What holds for every media playlist, of video and of audio.</summary>
internal static class RenditionChecks
{
    public static void Run(CheckList checks, PublishedRendition rendition, int targetDuration)
    {
        var name = rendition.Name;
        checks.AddFault(
            "playlist-is-closed-vod", name, "a VOD playlist with its end, version and init segment", FindPlaylistFault(rendition));
        checks.AddFault("ranges-cover-the-objects", name, "ranges of whole fragments that cover every byte once", rendition.RangeFault);
        checks.AddFault("segments-start-with-idr", name, "every segment can be decoded by itself", FindStartFault(rendition));
        checks.AddFault("decode-times-are-continuous", name, "no gap and no overlap between fragments", rendition.DecodeTimeFault);
        checks.AddFault("segments-do-not-overlap", name, "every frame is presented before the next segment starts", FindOverlap(rendition));
        checks.AddFault("durations-are-true", name, "each EXTINF is the time to the next segment", FindDurationFault(rendition));
        CheckTargetDuration(checks, rendition, targetDuration);
    }

    private static string? FindPlaylistFault(PublishedRendition rendition)
    {
        var tags = rendition.Playlist.Tags;
        return tags.GetValueOrDefault("EXT-X-PLAYLIST-TYPE") != "VOD" ? "it is not of the type VOD"
            : !tags.ContainsKey("EXT-X-ENDLIST") ? "it has no end"
            : tags.GetValueOrDefault("EXT-X-VERSION") != "7" ? "it is not of version 7"
            : tags.GetValueOrDefault("EXT-X-MEDIA-SEQUENCE") != "0" ? "it does not start with segment 0"
            : !tags.ContainsKey("EXT-X-INDEPENDENT-SEGMENTS") ? "it does not say that its segments are independent"
            : null;
    }

    private static string? FindStartFault(PublishedRendition rendition)
    {
        for (var i = 0; i < rendition.Segments.Count; i++)
        {
            if (rendition.Segments[i].StartFault is { } fault)
            {
                return $"segment {i}: {fault}";
            }
        }

        return null;
    }

    private static string? FindOverlap(PublishedRendition rendition)
    {
        for (var i = 1; i < rendition.Segments.Count; i++)
        {
            var (last, next) = (rendition.Segments[i - 1].Latest, rendition.Segments[i].Start);
            if (last.Ticks >= next.Ticks)
            {
                var (lastAt, nextAt) = (CheckList.Seconds(last.Microseconds), CheckList.Seconds(next.Microseconds));
                return $"a frame of segment {i - 1} at {lastAt}, segment {i} at {nextAt}";
            }
        }

        return null;
    }

    private static string? FindDurationFault(PublishedRendition rendition)
    {
        var segments = rendition.Segments;
        for (var i = 0; i < segments.Count; i++)
        {
            // What lies before 0 (the priming of AAC) is decoded, but not presented.
            var start = Math.Max(0, segments[i].Start.Microseconds);
            var end = i + 1 < segments.Count ? segments[i + 1].Start : segments[i].End;
            var declared = i < rendition.Playlist.Segments.Count ? rendition.Playlist.Segments[i].DurationUs : 0;
            if (end.Microseconds - start != declared)
            {
                return $"segment {i}: {CheckList.Seconds(declared)} for {CheckList.Seconds(end.Microseconds - start)}";
            }
        }

        return null;
    }

    // draft-pantos-hls-rfc8216bis §4.4.3.1 and §6.2.4.
    private static void CheckTargetDuration(CheckList checks, PublishedRendition rendition, int targetDuration)
    {
        var longest = rendition.Playlist.Segments.Max(s => s.DurationUs);
        var declared = rendition.Playlist.TargetDuration;
        checks.Add(
            "target-duration-holds",
            rendition.Name,
            declared == targetDuration && MediaPlaylist.TargetDuration(TimeSpan.Zero, longest) <= declared,
            $"{targetDuration} s, as in all playlists, and no segment longer",
            $"{declared} s with a longest segment of {CheckList.Seconds(longest)}");
    }
}
