using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Decides renditions, frame times and segments.</summary>
public sealed class MakePlan(TranscodePlanner planner) : IHlsStep
{
    public double ProgressAfter => 5;

    public Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var (info, renditions) = (context.Source.Info, context.Source.Params.Renditions);
        if (renditions is not null && !planner.Offers(info, renditions))
        {
            throw new JobFailedException(
                JobErrorCode.RenditionNotOffered, "A rendition that was asked for is not offered any more: ask for a new transcode.");
        }

        context.Plan = planner.Plan(info, context.Packets, renditions);
        return Failpoint.HitAsync(FailpointName.HlsAfterPlan, cancellation);
    }
}
