using System.Text.Json.Serialization;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>What a transcode will do, decided before anything is encoded. Shown as JSON, and stored with its job.</summary>
/// <param name="Info">The source, as the probe saw it; not stored again.</param>
public sealed record TranscodePlan([property: JsonIgnore] MediaInfo Info)
{
    public const string AvoidCopy = "copy";
    public const string AvoidSpans = "spans";

    /// <summary>The stream to encode; only where there are <see cref="Renditions"/>.</summary>
    [JsonIgnore]
    public MediaStream Video => Info.Video!;

    /// <summary>Largest first; none: the source is sound alone.</summary>
    public required IReadOnlyList<Rendition> Renditions { get; init; }

    /// <summary>The default one first; none: the video is silent.</summary>
    public required IReadOnlyList<AudioPlan> Audio { get; init; }

    /// <summary>The source's own subtitles for all renditions, those for everybody first; a plan from before they were kept has none.</summary>
    public IReadOnlyList<TextTrackPlan> Text { get; init => field = value ?? []; } = [];

    /// <summary>Null until the source's packets were scanned; nothing can be encoded before.</summary>
    public SegmentPlan? Segments { get; init; }

    /// <summary>In their order; null: not known yet, or the whole is encoded in one process, for a reason that is among <see cref="Reasons"/>.</summary>
    public IReadOnlyList<SpanPlan>? Spans { get; init; }

    /// <summary>Nobody has read the source's packets yet.</summary>
    public bool IsEstimate { get; init; }

    /// <summary>What was tried before and did not come out as planned: <see cref="AvoidCopy"/>, <see cref="AvoidSpans"/>.</summary>
    public IReadOnlyList<string> Avoid { get; init; } = [];

    /// <summary>Microseconds; exact after the scan, null when nobody knows.</summary>
    public long? DurationUs { get; init; }

    /// <summary>All renditions and the audio; null when the duration is unknown.</summary>
    public long? PredictedBytes { get; init; }

    public double? PredictedCpuSeconds { get; init; }

    /// <summary>
    /// What the whole is up against, as codes: variable_frame_rate, missing_pts, ...; among them why it is encoded in one process, if it is:
    /// audio_only, timestamps_regenerated, frame_rate_limited, frames_not_exact, seeking_not_exact, keyframes_too_far_apart, spans_not_exact.
    /// </summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>EXT-X-TARGETDURATION of all media playlists, in seconds: fixed for a playlist's life, so it is known before the first segment.</summary>
    [JsonIgnore]
    public int TargetDuration => (int)Math.Round(Segments!.LongestSegment.TotalSeconds, MidpointRounding.AwayFromZero);

    /// <summary>Of a plan with spans; how long the last frame stands may come out otherwise.</summary>
    [JsonIgnore]
    public long VideoDurationUs => new MediaTime(Segments!.EndTicks!.Value, (uint)Segments.TimeScale).Microseconds;

    /// <summary>Of pictures and of sound, by name.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Tracks => [.. Renditions.Select(r => r.Name), .. Audio.Select(a => a.Name)];

    [JsonIgnore]
    public IEnumerable<Rendition> Encoded => Renditions.Where(r => r.Mode == RenditionMode.Encode);

    [JsonIgnore]
    public Rendition? Copied => Renditions.FirstOrDefault(r => r.Mode == RenditionMode.Copy);
}
