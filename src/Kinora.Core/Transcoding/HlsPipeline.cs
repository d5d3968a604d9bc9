using Kinora.Core.Transcoding.Steps;

namespace Kinora.Core.Transcoding;

/// <summary>The steps from a source in the store to a published HLS, in their order.</summary>
public sealed class HlsPipeline(
    FetchSource fetchSource, ScanPackets scanPackets, MakePlan makePlan, Encode encode, BuildPackage buildPackage, Publish publish)
{
    private readonly IHlsStep[] _steps = [fetchSource, scanPackets, makePlan, encode, buildPackage, publish];

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        foreach (var step in _steps)
        {
            cancellation.ThrowIfCancellationRequested();
            await step.RunAsync(context, cancellation);
            context.Attempt.Report(step.ProgressAfter);
        }
    }
}
