using Kinora.Core.Transcoding.Steps;

namespace Kinora.Core.Transcoding;

/// <summary>
/// The steps from a source in the store to a published HLS, in their order. They end with the plan where that has spans: these are units of
/// their own, on any worker.
/// </summary>
public sealed class HlsPipeline(
    FetchSource fetchSource, ScanPackets scanPackets, MakePlan makePlan, Split split, Encode encode, ExtractText extractText, BuildPackage buildPackage, Publish publish)
{
    private readonly IHlsStep[] _steps = [fetchSource, scanPackets, makePlan, split, encode, extractText, buildPackage, publish];

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        using (context)
        {
            foreach (var step in _steps)
            {
                cancellation.ThrowIfCancellationRequested();
                await step.RunAsync(context, cancellation);
                if (context.IsSplit)
                {
                    return;
                }

                context.Attempt.Report(step.ProgressAfter);
            }
        }
    }
}
