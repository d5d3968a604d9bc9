using System.Text.Json;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Packaging.WebVtt;

namespace Kinora.Core.Transcoding.Units;

/// <summary>All text tracks of a source, in one reading of it; published together, each as one piece.</summary>
public sealed class PublishText(TextExtractor extractor, SourceFiles sources, PiecePublisher pieces) : IHlsUnit
{
    public async Task RunAsync(UnitContext context, CancellationToken cancellation)
    {
        using var source = await sources.OpenAsync(
            context.Source.Key, context.Source.SizeBytes, context.Source.Sha256, context.Folder, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterFetch, cancellation);
        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "text")).FullName;
        var files = await extractor.RunAsync(context.Plan, source.Path, folder, context.Attempt.Job.IsLastAttempt, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterEncode, cancellation);
        if (files.Count == 0)
        {
            await pieces.SkipAsync(context.Attempt.Job, cancellation);
            return;
        }

        await pieces.PublishAsync(
            context.Attempt.Job, [.. files.Select(ToPiece)], isLast: true, share => context.Attempt.Report(99 * share), cancellation);
    }

    private static VerifiedPiece ToPiece(TextFile text)
    {
        var file = text.File;
        return new VerifiedPiece(
            text.Track.Name,
            0,
            new LocalFile(file.Name, file.Path, file.SizeBytes, file.Sha256, file.ContentType),
            JsonSerializer.Serialize(text.Facts, StoredJson.Default.TextFacts));
    }
}
