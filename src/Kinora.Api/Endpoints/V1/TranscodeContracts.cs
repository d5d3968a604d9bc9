using System.ComponentModel.DataAnnotations;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Api.Endpoints.V1;

/// <param name="Renditions">Names of the video's ladder; absent: all of it.</param>
/// <param name="Force">Encode anew what is published already.</param>
public sealed record TranscodeRequest([property: MinLength(1), MaxLength(16)] IReadOnlyList<string>? Renditions = null, bool? Force = null);

public sealed record TranscodeResponse(Guid HlsJobId);

/// <param name="Spans">Pieces that are encoded on their own.</param>
/// <param name="PredictedBytes">Of all renditions and the sound; null when the duration is unknown.</param>
/// <param name="PredictedCpuSeconds">Of one core of the machine that the model was fitted on.</param>
/// <param name="Reasons">What the whole is up against, as codes.</param>
public sealed record PlanResponse(
    IReadOnlyList<PlannedRenditionResponse> Renditions,
    PlannedAudioResponse? Audio,
    IReadOnlyList<PlannedSpanResponse> Spans,
    [property: Example(4200000)] long? PredictedBytes,
    [property: Example(11.5)] double? PredictedCpuSeconds,
    IReadOnlyList<string> Reasons)
{
    public static PlanResponse Of(TranscodePlan plan) => new(
        [.. plan.Renditions.Select(PlannedRenditionResponse.Of)],
        plan.Audio is { } audio ? new PlannedAudioResponse("aac", AudioPlan.BitRate, AudioPlan.Channels) : null,
        [new PlannedSpanResponse(0, 0, plan.DurationUs / 1000)],
        plan.PredictedBytes,
        plan.PredictedCpuSeconds is { } seconds ? Math.Round(seconds, 1) : null,
        plan.Reasons);
}

/// <param name="Mode">"encode".</param>
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

public sealed record PlannedAudioResponse(
    [property: Example("aac")] string Codec, [property: Example(128000)] long BitRate, [property: Example(2)] int Channels);

public sealed record PlannedSpanResponse([property: Example(0)] int Number, long StartMs, long? EndMs);
