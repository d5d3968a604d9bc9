using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>A rendition read back: its playlist, and for every segment of it what the bytes in its range say.</summary>
internal sealed record PublishedRendition(
    string Name,
    PublishedPlaylist Playlist,
    InitSegment Init,
    IReadOnlyList<SegmentFacts> Segments,
    string? RangeFault,
    string? DecodeTimeFault)
{
    public SampleDescription Description => Init.Description;

    public long Frames => Segments.Sum(s => s.Frames);

    public MediaTime End => new(Segments.Max(s => s.End.Ticks), Init.Timescale);

    /// <exception cref="IsoMediaException">A file is damaged.</exception>
    /// <exception cref="FormatException">The playlist is damaged.</exception>
    /// <exception cref="IOException">A file is missing.</exception>
    public static PublishedRendition Read(string folder, string name, CancellationToken cancellation)
    {
        var playlist = PublishedPlaylist.Parse(File.ReadAllText(PublishedPath.Resolve(folder, PackageLayout.Playlist(name))));
        InitSegment init;
        using (var stream = File.OpenRead(PublishedPath.Resolve(folder, playlist.Maps[0].Uri)))
        {
            init = InitSegment.Read(stream);
        }

        var reader = new SegmentReader(init);
        for (var first = 0; first < playlist.Segments.Count;)
        {
            var uri = playlist.Segments[first].Uri;
            var ofObject = playlist.Segments.Skip(first).TakeWhile(s => s.Uri == uri).ToList();
            reader.ReadObject(PublishedPath.Resolve(folder, uri), ofObject, cancellation);
            first += ofObject.Count;
        }

        return new PublishedRendition(name, playlist, init, reader.Segments, reader.RangeFault, reader.DecodeTimeFault);
    }
}

/// <param name="Start">When its first frame is presented.</param>
/// <param name="Latest">When its last frame is presented.</param>
/// <param name="End">When its last frame ends.</param>
/// <param name="FirstFrameLength">From the segment's start to the end of its first sample.</param>
/// <param name="StartFault">Why it cannot be decoded by itself; null when it can.</param>
internal sealed record SegmentFacts(
    MediaTime Start, MediaTime Latest, MediaTime End, long Frames, long FirstFrameLength, string? StartFault);
