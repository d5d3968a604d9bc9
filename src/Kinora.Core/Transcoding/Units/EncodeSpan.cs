using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Units;

/// <summary>One span of all renditions that are encoded, from one decode; they are published together.</summary>
public sealed class EncodeSpan(
    Ffmpeg ffmpeg, SourceFiles sources, PiecePublisher pieces, IOptions<TranscodingOptions> options) : IHlsUnit
{
    private const double EncodedAt = 90;

    private static readonly (double Share, string Name)[] Moments =
        [(0.10, FailpointName.HlsEncode10), (0.50, FailpointName.HlsEncode50), (0.95, FailpointName.HlsEncode95)];

    public async Task RunAsync(UnitContext context, CancellationToken cancellation)
    {
        var (plan, span) = (context.Plan, context.Plan.Spans![context.What.Number]);
        using var source = await sources.OpenAsync(
            context.Source.Key, context.Source.SizeBytes, context.Source.Sha256, context.Folder, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterFetch, cancellation);
        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "encoded")).FullName;
        var command = SpanCommand.Build(plan, span, source.Path, folder, options.Value.EncodeTimeLimit, ffmpeg.Options);
        try
        {
            await ffmpeg.RunAsync(command, Follow(context, span), cancellation);
        }
        catch (JobFailedException e) when (e.Code == JobErrorCode.Corrupt)
        {
            // How much damage is too much is judged over the whole.
            throw new NotAsPlannedException(TranscodePlan.AvoidSpans, isCertain: true, e.Message, e);
        }

        await Failpoint.HitAsync(FailpointName.HlsAfterEncode, cancellation);

        var made = new List<VerifiedPiece>();
        foreach (var rendition in plan.Encoded)
        {
            made.Add(await MakeAsync(plan, span, rendition, HlsCommand.VideoFile(folder, rendition), cancellation));
        }

        await Failpoint.HitAsync(FailpointName.HlsAfterPackage, cancellation);
        await pieces.PublishAsync(
            context.Attempt.Job, made, isLast: true, share => context.Attempt.Report(EncodedAt + ((99 - EncodedAt) * share)), cancellation);
    }

    private static ImmediateProgress<FfmpegProgress> Follow(UnitContext context, SpanPlan span)
    {
        var passed = 0.0;
        return new ImmediateProgress<FfmpegProgress>(progress =>
        {
            var share = Math.Min(1, (double)progress.Frames / span.Frames);
            context.Attempt.Report(EncodedAt * share);
            foreach (var (at, name) in Moments.Where(m => m.Share > passed && m.Share <= share))
            {
                Failpoint.Hit(name);
            }

            passed = Math.Max(passed, share);
        });
    }

    private static async Task<VerifiedPiece> MakeAsync(
        TranscodePlan plan, SpanPlan span, Planning.Rendition rendition, string path, CancellationToken cancellation)
    {
        var segments = plan.Segments!;
        try
        {
            var (cut, end) = CutOff(span, segments, path);
            return await PiecePublisher.VerifyAsync(
                rendition.Name,
                span.Number,
                path,
                TranscodePlan.AvoidSpans,
                cut,
                end,
                (checks, facts, ticks) =>
                {
                    checks.AddEqual(
                        "resolution-is-as-planned",
                        rendition.Name,
                        $"{rendition.Width}x{rendition.Height}",
                        $"{facts.Description.Width}x{facts.Description.Height}");
                    SpanChecks.Run(checks, rendition.Name, facts, ticks, segments, span, isCopy: false);
                },
                cancellation);
        }
        catch (Exception e) when (e is IsoMediaException or FileNotFoundException)
        {
            throw new NotAsPlannedException(TranscodePlan.AvoidSpans, isCertain: false, "The encoder's output is not as it must be.", e);
        }
    }

    /// <summary>Takes the frame after the span, which proves that all of it was decoded, off the file's end.</summary>
    private static (IReadOnlyList<Segment> Segments, MediaTime? End) CutOff(SpanPlan span, SegmentPlan plan, string path)
    {
        IReadOnlyList<FragmentRange> fragments;
        using (var file = new TrackFile(path, TrackKind.Video))
        {
            fragments = file.ReadNew();
            if (fragments.Count == 0)
            {
                throw new IsoMediaException("There is no picture.");
            }
        }

        var end = new MediaTime(span.EndTicks, (uint)plan.TimeScale);
        if (span.HasNext)
        {
            var next = fragments[^1];
            if (fragments.Count < 2 || Math.Abs(next.StartUs - end.Microseconds) > Segmenter.SameTimeUs)
            {
                throw new IsoMediaException("The span's end was not reached.");
            }

            fragments = [.. fragments.Take(fragments.Count - 1)];
            PieceFile.Truncate(path, next.Offset);
        }

        long[] starts = [.. plan.Starts.Skip(span.FirstSegment).Take(span.SegmentCount).Select(s => new MediaTime(s, (uint)plan.TimeScale).Microseconds)];
        return (Segmenter.CutVideo(fragments, starts, fragments[0].Offset, span.HasNext ? end.Microseconds : null), span.HasNext ? end : null);
    }
}
