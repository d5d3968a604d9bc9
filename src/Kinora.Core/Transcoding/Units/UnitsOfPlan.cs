using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Units;

/// <summary>The units of a plan, in the order in which they are wanted.</summary>
internal static class UnitsOfPlan
{
    // As in FindClaimable: first what makes a video playable, then sound in other languages, then what may wait for the first spans of other videos.
    private const int First = 0;
    public const int Sound = 1;
    private const int Later = 2;

    // Of a second that is encoded: decoding and encoding a second of sound, or copying one of video, takes about this much.
    private const double LightWeight = 0.02;

    // Reading the file.
    private const double TextWeight = 0.002;
    private const double PublishWeight = 0.2;

    /// <param name="plan">With spans.</param>
    public static IReadOnlyList<NewUnit> Of(TranscodePlan plan)
    {
        var seconds = plan.Segments!.VideoDuration!.Value.TotalSeconds;
        var units = new List<NewUnit>();
        if (plan.Text.Count > 0)
        {
            // Before all else: the master waits for it, for a while.
            units.Add(Unit(new UnitParams(UnitKind.Text, 0), First, seconds * TextWeight));
        }

        if (plan.Copied is not null)
        {
            units.Add(Unit(new UnitParams(UnitKind.Copy, 0), First, seconds * LightWeight));
        }

        if (plan.Audio.Count > 0)
        {
            // Nothing is played without it.
            units.Add(Unit(new UnitParams(UnitKind.Audio, 0), First, seconds * LightWeight));
        }

        if (plan.Encoded.Any())
        {
            units.AddRange(plan.Spans!.Select(span => Unit(
                new UnitParams(UnitKind.Span, span.Number),
                span.Number == 0 ? First : Later,
                (double)(span.EndTicks - span.StartTicks) / plan.Segments.TimeScale)));
        }

        units.AddRange(plan.Audio.Skip(1).Select((_, i) => Unit(new UnitParams(UnitKind.Audio, i + 1), Sound, seconds * LightWeight)));
        units.Add(Unit(new UnitParams(UnitKind.Publish, 0), First, PublishWeight, isLast: true));
        return units;
    }

    private static NewUnit Unit(UnitParams what, int rank, double weight, bool isLast = false) =>
        new(Guid.CreateVersion7(), what.ToJson(), rank, weight, isLast);
}
