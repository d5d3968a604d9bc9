using System.Text.Json.Serialization;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>What a transcode will do, decided before anything is encoded. Shown as JSON.</summary>
/// <param name="Info">The source, as the probe saw it.</param>
/// <param name="Video">Its stream to encode.</param>
public sealed record TranscodePlan([property: JsonIgnore] MediaInfo Info, [property: JsonIgnore] MediaStream Video)
{
    /// <summary>Largest first; at least one.</summary>
    public required IReadOnlyList<Rendition> Renditions { get; init; }

    /// <summary>Null: the video is silent.</summary>
    public AudioPlan? Audio { get; init; }

    /// <summary>Null until the source's packets were scanned; nothing can be encoded before.</summary>
    public SegmentPlan? Segments { get; init; }

    /// <summary>Microseconds; exact after the scan, null when nobody knows.</summary>
    public long? DurationUs { get; init; }

    /// <summary>All renditions and the audio; null when the duration is unknown.</summary>
    public long? PredictedBytes { get; init; }

    public double? PredictedCpuSeconds { get; init; }

    /// <summary>What the whole is up against, as codes: variable_frame_rate, missing_pts, ...</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
}
