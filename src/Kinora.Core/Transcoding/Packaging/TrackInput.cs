using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// One track to publish: a fragmented MP4 with one track, as ffmpeg wrote it. The name is that of the rendition ("1080p", "audio") and of
/// its folder. Size and rate are the planned ones, which the verification holds against the real ones.
/// </summary>
public sealed record TrackInput
{
    public required string Name { get; init; }
    public required TrackKind Kind { get; init; }
    public required string Path { get; init; }
    public int Width { get; init; }
    public int Height { get; init; }

    /// <summary>The highest rate of the source where its rate varies; 0/1 when unknown: the measured average stands then.</summary>
    public Rational FrameRate { get; init; }

    /// <summary>Of audio, as the source has it (ISO 639-2 or BCP 47); published only when well-formed.</summary>
    public string? Language { get; init; }
}
