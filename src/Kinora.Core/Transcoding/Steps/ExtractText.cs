using Kinora.Core.Transcoding.Encoding;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>The source's text tracks as files to publish, where one process has encoded the whole.</summary>
public sealed class ExtractText(TextExtractor extractor) : IHlsStep
{
    public double ProgressAfter => 94;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "text")).FullName;
        context.Texts = await extractor.RunAsync(context.Plan!, context.SourcePath, folder, context.Attempt.Job.IsLastAttempt, cancellation);
    }
}
