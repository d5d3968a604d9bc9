using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Units;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Where the plan has spans: makes units of it, for any worker, and leaves the job to them.</summary>
public sealed class Split(HlsUnits units, JobDispatcher dispatcher) : IHlsStep
{
    private const int HandedOverAtOnce = 8;

    public double ProgressAfter => 5;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        if (context.Plan!.Spans is null)
        {
            return;
        }

        var parts = UnitsOfPlan.Of(context.Plan);
        var plan = JsonSerializer.Serialize(context.Plan, StoredJson.Default.TranscodePlan);
        if (!await units.ParkAsync(context.Attempt.Job, plan, parts, cancellation))
        {
            throw new JobLostException();
        }

        (context.Attempt.IsParked, context.IsSplit) = (true, true);
        await Failpoint.HitAsync(FailpointName.HlsAfterSplit, cancellation);

        // What makes it playable first, and what keeps the other workers busy until the next round hands over the rest.
        foreach (var unit in parts.Where(u => !u.IsLast).OrderBy(u => u.Rank).Take(HandedOverAtOnce))
        {
            await dispatcher.DispatchAsync(unit.Id, CancellationToken.None);
        }
    }
}
