using System.ComponentModel.DataAnnotations;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Api.Endpoints.V1;

/// <param name="Renditions">Names of the video's ladder; absent: all of it.</param>
/// <param name="Force">Encode anew what is published already.</param>
public sealed record TranscodeRequest([property: MinLength(1), MaxLength(16)] IReadOnlyList<string>? Renditions = null, bool? Force = null);

public sealed record TranscodeResponse(Guid HlsJobId);

/// <param name="IsEstimate">Nobody has read the whole file yet: its keyframes, and with them the spans, may lie elsewhere.</param>
/// <param name="Audio">The default one first.</param>
/// <param name="Text">Subtitles of the source that are text, beside all renditions.</param>
/// <param name="Spans">Stretches that are encoded by themselves, on any worker; one, where the whole is encoded in one process.</param>
/// <param name="PredictedBytes">Of all renditions and the sound; null when the duration is unknown.</param>
/// <param name="PredictedCpuSeconds">Of one core of the machine that the model was fitted on.</param>
/// <param name="Reasons">What the whole is up against, as codes.</param>
public sealed record PlanResponse(
    bool IsEstimate,
    IReadOnlyList<PlannedRenditionResponse> Renditions,
    IReadOnlyList<PlannedAudioResponse> Audio,
    IReadOnlyList<PlannedTextResponse> Text,
    IReadOnlyList<PlannedSpanResponse> Spans,
    [property: Example(4200000)] long? PredictedBytes,
    [property: Example(11.5)] double? PredictedCpuSeconds,
    IReadOnlyList<string> Reasons)
{
    public static PlanResponse Of(TranscodePlan plan) => new(
        plan.IsEstimate,
        [.. plan.Renditions.Select(PlannedRenditionResponse.Of)],
        [.. plan.Audio.Select(audio => new PlannedAudioResponse(audio.Name, audio.Language, "aac", AudioPlan.BitRate, AudioPlan.Channels))],
        [.. plan.Text.Select(text => new PlannedTextResponse(text.Name, text.Language, text.IsForced, text.DescribesSound))],
        SpansOf(plan),
        plan.PredictedBytes,
        plan.PredictedCpuSeconds is { } seconds ? Math.Round(seconds, 1) : null,
        plan.Reasons);

    private static IReadOnlyList<PlannedSpanResponse> SpansOf(TranscodePlan plan)
    {
        var scale = plan.Segments?.TimeScale ?? 1;
        return plan.Spans is { } spans
            ? [.. spans.Select(span => new PlannedSpanResponse(span.Number, span.StartTicks * 1000 / scale, span.EndTicks * 1000 / scale))]
            : [new PlannedSpanResponse(0, 0, plan.DurationUs / 1000)];
    }
}

/// <param name="Mode">"encode", or "copy": the source's own pictures.</param>
/// <param name="Reasons">Why it is not copied, as codes.</param>
/// <param name="MaxBitRate">Bits a second.</param>
public sealed record PlannedRenditionResponse(
    [property: Example("720p")] string Name,
    [property: Example(1280)] int Width,
    [property: Example(720)] int Height,
    [property: Example(29.97)] double FrameRate,
    [property: Example(2800000)] long MaxBitRate,
    [property: Example("encode")] string Mode,
    IReadOnlyList<string> Reasons)
{
    public static PlannedRenditionResponse Of(Rendition rendition) => new(
        rendition.Name,
        rendition.Width,
        rendition.Height,
        Math.Round(rendition.FrameRate.ToDouble(), 3),
        rendition.MaxBitRate,
        rendition.Mode.ToString().ToLowerInvariant(),
        rendition.Reasons);
}

/// <param name="Language">As the source has it.</param>
public sealed record PlannedAudioResponse(
    [property: Example("audio")] string Name,
    [property: Example("eng")] string? Language,
    [property: Example("aac")] string Codec, [property: Example(128000)] long BitRate, [property: Example(2)] int Channels);

/// <param name="Language">As the source has it.</param>
/// <param name="IsForced">Only what is spoken in another language than the sound's.</param>
/// <param name="DescribesSound">Made for those who do not hear it.</param>
public sealed record PlannedTextResponse(
    [property: Example("text")] string Name,
    [property: Example("eng")] string? Language,
    [property: Example(false)] bool IsForced,
    [property: Example(false)] bool DescribesSound);

public sealed record PlannedSpanResponse([property: Example(0)] int Number, long StartMs, long? EndMs);
