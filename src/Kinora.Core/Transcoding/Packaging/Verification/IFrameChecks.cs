namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>An I-frame playlist names the first frame of every segment of its rendition, and nothing else.</summary>
internal static class IFrameChecks
{
    public static void Run(CheckList checks, PublishedRendition video, PublishedPlaylist iframes) =>
        checks.AddFault(
            "iframes-are-the-first-frames", video.Name, "a range for the first frame of every segment", FindFault(video, iframes));

    private static string? FindFault(PublishedRendition video, PublishedPlaylist iframes)
    {
        var isClosed = iframes.Tags.ContainsKey("EXT-X-I-FRAMES-ONLY") && iframes.Tags.ContainsKey("EXT-X-ENDLIST");
        if (!isClosed || !iframes.Maps.SequenceEqual(video.Playlist.Maps))
        {
            return "it is not a closed I-frame playlist of this rendition";
        }

        if (iframes.Segments.Count != video.Segments.Count)
        {
            return $"{iframes.Segments.Count} ranges for {video.Segments.Count} segments";
        }

        for (var i = 0; i < iframes.Segments.Count; i++)
        {
            var expected = video.Playlist.Segments[i] with { Length = video.Segments[i].FirstFrameLength };
            var actual = iframes.Segments[i];
            if (actual != expected)
            {
                return $"range {i} is {actual.Length}@{actual.Offset} instead of {expected.Length}@{expected.Offset}";
            }
        }

        return null;
    }
}
