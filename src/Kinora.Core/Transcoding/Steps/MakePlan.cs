using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Decides renditions, frame times and segments.</summary>
public sealed class MakePlan(TranscodePlanner planner) : IHlsStep
{
    public double ProgressAfter => 5;

    public Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        context.Plan = planner.Plan(context.Source.Info, context.Packets, context.Source.Params.Renditions);
        return Failpoint.HitAsync(FailpointName.HlsAfterPlan, cancellation);
    }
}
