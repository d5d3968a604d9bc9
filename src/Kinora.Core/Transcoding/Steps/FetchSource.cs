using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Brings the source to a local file.</summary>
public sealed class FetchSource(SourceFetcher fetcher) : IHlsStep
{
    public double ProgressAfter => 2;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        context.SourcePath = await fetcher.FetchAsync(context.Source.Key, context.Source.SizeBytes, context.Folder, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterFetch, cancellation);
    }
}
