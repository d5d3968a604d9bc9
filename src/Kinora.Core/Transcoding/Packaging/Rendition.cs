using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// A rendition as its playlists tell it. It consists of spans, each with an object of its own, so that a video can be published span by
/// span: the playlist is then that of a contiguous prefix.
/// </summary>
public sealed record Rendition(string Name, SampleDescription Description, IReadOnlyList<RenditionObject> Objects)
{
    /// <summary>Of video: frames per second.</summary>
    public decimal FrameRate { get; init; }

    /// <summary>Of audio: a language tag; null when unknown.</summary>
    public string? Language { get; init; }

    public IReadOnlyList<Segment> Segments { get; } = [.. Objects.SelectMany(s => s.Segments)];
}

/// <summary>The part of a rendition that one object holds.</summary>
/// <param name="Uri">As its playlist names it.</param>
public sealed record RenditionObject(string Uri, MediaInit Init, IReadOnlyList<Segment> Segments);

/// <summary>Where the init segment of an object is.</summary>
/// <param name="Length">From the object's start; null: all of it.</param>
public sealed record MediaInit(string Uri, long? Length);

/// <summary>
/// A byte range of a span's object. <see cref="FirstFrameLength"/> counts from the segment's start to the end of its first sample: the
/// range of an I-frame playlist.
/// </summary>
public sealed record Segment(long Offset, long Length, long FirstFrameLength, long DurationUs);
