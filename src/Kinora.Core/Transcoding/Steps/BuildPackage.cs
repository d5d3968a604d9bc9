using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>Packs the encoded files as HLS and reads back what will be published; a failed check fails the attempt.</summary>
public sealed class BuildPackage : IHlsStep
{
    public double ProgressAfter => 95;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var segments = context.Plan!.Segments!;
        var tracks = context.Encoded!.Tracks.Select(track => new TrackInput
        {
            Name = track.Name,
            Kind = track.Kind,
            Path = track.Path,
            Width = track.Width,
            Height = track.Height,
            FrameRate = track.FrameRate,
            Language = context.Plan.Audio.FirstOrDefault(audio => audio.Name == track.Name)?.Language,
        }).ToArray();

        var folder = Path.Combine(context.Folder, "package");
        var package = await PackageAsync(tracks, context.Texts, Path.Combine(folder, "edition"), segments, Expect(context, segments), cancellation);
        if (package.Report.Failure is { } failure)
        {
            // Where spans came to nothing before, neither way has the pictures when the packets promise them: it is the file that tells untrue
            // times. With fewer pictures, or another fault, it may be the encoder.
            throw context.Plan.Avoid.Contains(TranscodePlan.AvoidSpans) && package.Report.IsOfTimesAlone
                ? new JobFailedException(JobErrorCode.Corrupt, $"The pictures are not at the times that the file tells. {failure}")
                : new JobFailedException(JobErrorCode.Internal, failure);
        }

        context.Files = await PackageEdition.MoveAsync(package, context.Attempt.Job.Fence, folder, cancellation);
        context.Report = package.Report;
        await Failpoint.HitAsync(FailpointName.HlsAfterPackage, cancellation);
    }

    private static async Task<Package> PackageAsync(
        TrackInput[] tracks, IReadOnlyList<TextFile> texts, string folder, SegmentPlan segments, Expectations expectations, CancellationToken cancellation)
    {
        try
        {
            return await Packager.PackageAsync(tracks, texts, folder, segments.LongestSegment, expectations, cancellation);
        }
        catch (Exception e) when (e is IsoMediaException or FormatException)
        {
            throw new JobFailedException(JobErrorCode.Internal, "The encoder's output is not as it must be.", e);
        }
    }

    /// <summary>What the encoder let pass as missing (MinFrameShare) is not asked for again here.</summary>
    private static Expectations Expect(HlsContext context, SegmentPlan segments)
    {
        var encoded = context.Encoded!;
        if (encoded.Warnings.Contains("frames_missing"))
        {
            return new Expectations { Frames = ExpectedFrames.Exactly(encoded.Frames) };
        }

        return new Expectations
        {
            Frames = ExpectedFrames.Between(segments.Frames.Min, segments.Frames.Max ?? long.MaxValue),
            VideoDuration = segments.VideoDuration,
            AudioEnd = context.Plan!.Audio is [{ EndSamples: { } end }, ..] ? TimeSpan.FromSeconds((double)end / AudioPlan.SampleRate) : null,
            SegmentStarts = segments.StartSeconds,
        };
    }
}
