using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Units;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Where the plan has spans: makes units of it, for any worker, and leaves the job to them.</summary>
public sealed class Split(HlsUnits units, JobDispatcher dispatcher) : IHlsStep
{
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

        // What makes it playable at once; the others are handed over by the next round.
        foreach (var unit in parts.Where(u => u.Rank < 2 && !u.IsLast))
        {
            await dispatcher.DispatchAsync(unit.Id, CancellationToken.None);
        }
    }
}
