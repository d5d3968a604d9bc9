using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Units;

/// <summary>
/// A whole track in one process (an audio track, or a copy of the video), published piece by piece while ffmpeg writes it. What another
/// attempt has published stays: the same source and plan cut at the same places, and the last verification looks at all of it.
/// </summary>
public sealed class FollowTrack(
    Ffmpeg ffmpeg, SourceFiles sources, PiecePublisher pieces, HlsPieces published, IOptions<TranscodingOptions> options) : IHlsUnit
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(UnitContext context, CancellationToken cancellation)
    {
        using var source = await sources.OpenAsync(
            context.Source.Key, context.Source.SizeBytes, context.Source.Sha256, context.Folder, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterFetch, cancellation);
        var cutter = Cutter(context, Directory.CreateDirectory(Path.Combine(context.Folder, "encoded")).FullName);
        var already = await published.CountAsync(context.Attempt.Job.ParentId!.Value, cutter.Track, cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var run = ffmpeg.RunAsync(Command(context, source.Path, cutter.Path), null, stop.Token);
        try
        {
            await FollowAsync(context, cutter, already, run, cancellation);
        }
        catch (JobFailedException e) when (e.Code == JobErrorCode.Corrupt && context.What.Unit == UnitKind.Audio && cutter.Count == 0 && already == 0)
        {
            // A decoder that does not even open. A silent video is worth more than none.
            await pieces.SkipAsync(context.Attempt.Job, cancellation);
        }
        catch (JobFailedException e) when (e.Code == JobErrorCode.Corrupt)
        {
            throw new NotAsPlannedException(cutter.Way, isCertain: true, e.Message, e);
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(UnitContext context, TrackCutter cutter, int already, Task<FfmpegResult> run, CancellationToken cancellation)
    {
        TrackFile? file = null;
        try
        {
            for (var isDone = false; !isDone;)
            {
                isDone = await Task.WhenAny(run, Task.Delay(LookInterval, cancellation)) == run;
                if (isDone)
                {
                    CheckDecoded(context, await run);
                    await Failpoint.HitAsync(FailpointName.HlsAfterEncode, cancellation);
                }

                cancellation.ThrowIfCancellationRequested();
                if (file is null && new FileInfo(cutter.Path) is { Exists: true, Length: > 0 })
                {
                    file = new TrackFile(cutter.Path, cutter.Kind);
                }

                if (file is not null)
                {
                    await PublishAsync(context, cutter, cutter.Add(file.ReadNew(), file.Init, isDone), already, isDone, cancellation);
                }
            }
        }
        catch (IsoMediaException e)
        {
            throw new NotAsPlannedException(cutter.Way, isCertain: false, "The encoder's output is not as it must be.", e);
        }
        finally
        {
            file?.Dispose();
        }

        if (cutter.Count == 0)
        {
            // Exit code 0 and nothing: no packet could be decoded.
            throw new JobFailedException(JobErrorCode.Corrupt, "Nothing of the track could be decoded.");
        }
    }

    /// <summary>A copy of what no decoder takes is none that a player takes; encoding goes around the damage.</summary>
    private static void CheckDecoded(UnitContext context, FfmpegResult result)
    {
        var frames = context.Plan.Segments!.Frames.Min;
        if (context.What.Unit == UnitKind.Copy && WholeTrackCommand.DecodesCopy(context.Plan) && result.Frames < frames)
        {
            throw new NotAsPlannedException(
                TranscodePlan.AvoidCopy, isCertain: true, $"Only {result.Frames} of {frames} pictures of the copy could be decoded.");
        }
    }

    private async Task PublishAsync(
        UnitContext context, TrackCutter cutter, IReadOnlyList<TrackPiece> complete, int already, bool isDone, CancellationToken cancellation)
    {
        for (var i = 0; i < complete.Count; i++)
        {
            var piece = complete[i];
            var isLast = isDone && i + 1 == complete.Count;
            if (piece.Number >= already || isLast)
            {
                var made = await cutter.MakeAsync(piece, Path.Combine(context.Folder, $"piece-{piece.Number}.mp4"), cancellation);
                await pieces.PublishAsync(context.Attempt.Job, [made], isLast, _ => { }, cancellation);
                File.Delete(made.File.Path);
            }

            context.Attempt.Report(99 * cutter.ShareOf(piece));
        }
    }

    private static TrackCutter Cutter(UnitContext context, string folder) => context.What.Unit == UnitKind.Copy
        ? TrackCutter.OfCopy(context.Plan, folder)
        : TrackCutter.OfAudio(context.Plan, context.Plan.Audio[context.What.Number], folder);

    private FfmpegCommand Command(UnitContext context, string source, string path) => context.What.Unit == UnitKind.Copy
        ? WholeTrackCommand.Copy(context.Plan, source, path, options.Value.EncodeTimeLimit)
        : WholeTrackCommand.Audio(context.Plan, context.Plan.Audio[context.What.Number], source, path, options.Value.EncodeTimeLimit);
}
