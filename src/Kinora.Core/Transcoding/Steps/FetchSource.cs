using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Brings the source to a local file.</summary>
public sealed class FetchSource(SourceFiles files) : IHlsStep
{
    public double ProgressAfter => 2;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var source = context.Source;
        context.File = await files.OpenAsync(source.Key, source.SizeBytes, source.Sha256, context.Folder, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterFetch, cancellation);
    }
}
