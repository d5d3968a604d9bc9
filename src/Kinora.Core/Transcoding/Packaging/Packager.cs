using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// Makes an HLS package of ffmpeg's fragmented MP4 files: one object of byte ranges a rendition, its playlists, the master, and a report
/// on what lies on disk in the end. Touches no sample: bytes are copied, never rewritten.
/// </summary>
public static class Packager
{
    /// <param name="tracks">At least one of video, the default audio before the others; names are unique.</param>
    /// <param name="folder">Is created when missing; files in it are overwritten.</param>
    /// <param name="longestSegment">The longest segment that was planned: the least EXT-X-TARGETDURATION.</param>
    /// <param name="expectations">What the source promises, for the report.</param>
    /// <param name="cancellation">Leaves a half-written folder behind.</param>
    /// <exception cref="IsoMediaException">A track is not what the encoder was asked for. Failed checks do not throw.</exception>
    public static async Task<Package> PackageAsync(
        IReadOnlyList<TrackInput> tracks,
        string folder,
        TimeSpan longestSegment,
        Expectations expectations,
        CancellationToken cancellation)
    {
        Validate(tracks);
        var scans = tracks.Select(t => TrackScan.Read(t, cancellation)).ToList();
        var (renditions, target) = Cut(scans, longestSegment);

        Directory.CreateDirectory(folder);
        var writer = new PackageWriter(folder);
        var files = new List<PackagedFile>();
        foreach (var scan in scans)
        {
            files.AddRange(await writer.WriteTrackAsync(scan, cancellation));
        }

        foreach (var rendition in renditions)
        {
            await WritePlaylistsAsync(writer, rendition, target, files, cancellation);
        }

        var videos = renditions.Where(r => r.Description.Kind == TrackKind.Video).ToList();
        var master = MasterPlaylist.Write(videos, [.. renditions.Where(r => r.Description.Kind == TrackKind.Audio)], target);
        files.Add(await writer.WriteTextAsync(PackageLayout.Master, master, cancellation));
        return new Package(files, PackageVerifier.Verify(folder, tracks, expectations, cancellation));
    }

    /// <summary>The renditions, audio last, and the target duration that all of them share.</summary>
    private static (List<Rendition> Renditions, int TargetDuration) Cut(List<TrackScan> scans, TimeSpan longestSegment)
    {
        var videos = scans.Where(s => s.Input.Kind == TrackKind.Video).ToList();
        var fewest = videos.MinBy(v => v.Fragments.Count)!.Fragments.Select(f => f.StartUs).ToArray();
        var cuts = videos.Select(v => (Scan: v, Segments: Segmenter.CutVideo(v.Fragments, fewest))).ToList();
        var target = TargetOf();
        foreach (var audio in scans.Where(s => s.Input.Kind == TrackKind.Audio))
        {
            cuts.Add((audio, Segmenter.CutAudio(audio.Fragments, fewest, target)));
        }

        target = TargetOf();
        return ([.. cuts.Select(c => ToRendition(c.Scan, c.Segments))], target);

        int TargetOf() => MediaPlaylist.TargetDuration(longestSegment, cuts.Max(c => c.Segments.Max(s => s.DurationUs)));
    }

    private static async Task WritePlaylistsAsync(
        PackageWriter writer, Rendition rendition, int target, List<PackagedFile> files, CancellationToken cancellation)
    {
        var playlist = MediaPlaylist.Write(rendition, target);
        files.Add(await writer.WriteTextAsync(PackageLayout.Playlist(rendition.Name), playlist, cancellation));
        if (rendition.Description.Kind == TrackKind.Video)
        {
            var iframes = MediaPlaylist.WriteIFrames(rendition, target);
            files.Add(await writer.WriteTextAsync(PackageLayout.IFramePlaylist(rendition.Name), iframes, cancellation));
        }
    }

    private static Rendition ToRendition(TrackScan scan, IReadOnlyList<Segment> segments)
    {
        var duration = segments.Sum(s => s.DurationUs);
        var rate = scan.Input.FrameRate;
        var name = scan.Input.Name;
        var whole = new RenditionObject(PackageLayout.Span(name, 0), new MediaInit(PackageLayout.Init(name), null), segments);
        return new Rendition(name, scan.Init.Description, [whole])
        {
            FrameRate = rate.IsKnown ? (decimal)rate.Num / rate.Den : scan.Frames * 1_000_000m / duration,
            Language = scan.Input.Language,
        };
    }

    private static void Validate(IReadOnlyList<TrackInput> tracks)
    {
        if (tracks.Any(t => !PackageLayout.IsName(t.Name)) || tracks.DistinctBy(t => t.Name).Count() != tracks.Count)
        {
            throw new ArgumentException("Names of tracks must be unique and of a-z, 0-9, - and _.", nameof(tracks));
        }

        if (!tracks.Any(t => t.Kind == TrackKind.Video))
        {
            throw new ArgumentException("A package needs video.", nameof(tracks));
        }
    }
}
