using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// Makes an HLS package of ffmpeg's fragmented MP4 files: one object of byte ranges a rendition, its playlists, the master, and a report
/// on what lies on disk in the end. Touches no sample: bytes are copied, never rewritten.
/// </summary>
public static class Packager
{
    /// <param name="tracks">At least one, the default audio before the others; names are unique.</param>
    /// <param name="texts">Beside pictures only; cut where the video ends.</param>
    /// <param name="folder">Is created when missing; files in it are overwritten.</param>
    /// <param name="longestSegment">The longest segment that was planned: the least EXT-X-TARGETDURATION.</param>
    /// <param name="expectations">What the source promises, for the report.</param>
    /// <param name="cancellation">Leaves a half-written folder behind.</param>
    /// <exception cref="FormatException">What was made of a text is not as it must be.</exception>
    /// <exception cref="IsoMediaException">A track is not what the encoder was asked for. Failed checks do not throw.</exception>
    public static async Task<Package> PackageAsync(
        IReadOnlyList<TrackInput> tracks,
        IReadOnlyList<TextFile> texts,
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
        var text = new List<TextRendition>();
        foreach (var source in texts)
        {
            // Only now is it known where the video ends.
            var durationUs = videos[0].Segments.Sum(s => s.DurationUs);
            if (TextFile.Make(source.Track, source.File.Path, folder, 0, durationUs / 1000, hasHardSpaces: false) is { } made)
            {
                text.Add(new TextRendition(made.Track, made.File.Name, made.Facts, durationUs));
                files.Add(made.File);
                files.Add(await writer.WriteTextAsync(
                    PackageLayout.Playlist(made.Track.Name), MediaPlaylist.WriteText(text[^1]), cancellation));
            }
        }

        var master = MasterPlaylist.Write(videos, [.. renditions.Where(r => r.Description.Kind == TrackKind.Audio)], text, target);
        files.Add(await writer.WriteTextAsync(PackageLayout.Master, master, cancellation));
        return new Package(files, PackageVerifier.Verify(folder, tracks, [.. text.Select(t => t.Track.Name)], expectations, cancellation));
    }

    /// <summary>
    /// The renditions, audio last, and the target duration that all of them share. Audio is cut beside the video; without one as video is
    /// whose length is not known beforehand.
    /// </summary>
    private static (List<Rendition> Renditions, int TargetDuration) Cut(List<TrackScan> scans, TimeSpan longestSegment)
    {
        var videos = scans.Where(s => s.Input.Kind == TrackKind.Video).ToList();
        var fewest = videos.MinBy(v => v.Fragments.Count)?.Fragments.Select(f => f.StartUs).ToArray()
            ?? EvenStarts(scans.Max(s => s.Fragments[^1].EndUs));
        var cuts = videos.Select(v => (Scan: v, Segments: Segmenter.CutVideo(v.Fragments, fewest))).ToList();
        var target = TargetOf();
        foreach (var audio in scans.Where(s => s.Input.Kind == TrackKind.Audio))
        {
            cuts.Add((audio, Segmenter.CutAudio(audio.Fragments, fewest, target)));
        }

        target = TargetOf();
        return ([.. cuts.Select(c => ToRendition(c.Scan, c.Segments))], target);

        int TargetOf() => MediaPlaylist.TargetDuration(longestSegment, cuts.Select(c => c.Segments.Max(s => s.DurationUs)).DefaultIfEmpty().Max());
    }

    private static long[] EvenStarts(long endUs)
    {
        const long step = SegmentPlanner.SegmentSeconds * 1_000_000L;
        return [.. Enumerable.Range(0, (int)((endUs + step - 1) / step)).Select(i => i * step)];
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

        if (tracks.Count == 0)
        {
            throw new ArgumentException("A package needs a track.", nameof(tracks));
        }
    }
}
