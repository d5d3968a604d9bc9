using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Planning;
using Microsoft.EntityFrameworkCore;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Decides renditions, frame times and segments.</summary>
public sealed class MakePlan(TranscodePlanner planner, JobStore jobs, IDbContextFactory<KinoraDb> databases) : IHlsStep
{
    public double ProgressAfter => 5;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var (info, renditions) = (context.Source.Info, context.Source.Params.Renditions);
        if (renditions is not null && !planner.Offers(info, renditions))
        {
            throw new JobFailedException(
                JobErrorCode.RenditionNotOffered, "A rendition that was asked for is not offered any more: ask for a new transcode.");
        }

        context.Plan = planner.Plan(info, context.Packets, renditions, await AvoidAsync(context, cancellation));
        if (context.Plan.Spans is null
            && !await jobs.StorePlanAsync(context.Attempt.Job, JsonSerializer.Serialize(context.Plan, StoredJson.Default.TranscodePlan), cancellation))
        {
            throw new JobLostException();
        }

        await Failpoint.HitAsync(FailpointName.HlsAfterPlan, cancellation);
    }

    /// <summary>What an earlier plan of the job came to.</summary>
    private async Task<IReadOnlyList<string>?> AvoidAsync(HlsContext context, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var plan = await db.Jobs.AsNoTracking().Where(j => j.Id == context.Attempt.Job.Id).Select(j => j.Plan).FirstOrDefaultAsync(cancellation);
        return plan is null ? null : JsonSerializer.Deserialize(plan, StoredJson.Default.TranscodePlan)!.Avoid;
    }
}
