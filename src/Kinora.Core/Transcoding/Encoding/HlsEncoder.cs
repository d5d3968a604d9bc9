using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// Encodes all renditions of a plan. Damage of the source is decoded around; whether enough came out is judged here by frame counts, or the
/// length of sound alone (<see cref="TranscodingOptions.MinFrameShare"/>), and times and keyframes by the verification of the packaged segments.
/// </summary>
public sealed class HlsEncoder(Ffmpeg ffmpeg, IOptions<TranscodingOptions> options)
{
    private const string AudioUndecodable = "audio_undecodable";

    // The length of the last packet is a guess, up to the longest of any codec.
    private static readonly TimeSpan SoundTolerance = TimeSpan.FromMilliseconds(500);
    private readonly TranscodingOptions _options = options.Value;

    /// <param name="plan">With segments.</param>
    /// <param name="sourcePath">Absolute.</param>
    /// <param name="outputFolder">Absolute, exists; files of the renditions' names in it are overwritten.</param>
    /// <exception cref="JobFailedException">Of <see cref="Ffmpeg.RunAsync"/>; CORRUPT also when too few frames came out, INTERNAL when they are not in the files.</exception>
    public async Task<EncodeResult> RunAsync(
        TranscodePlan plan, string sourcePath, string outputFolder, IProgress<EncodeProgress>? progress, CancellationToken cancellation)
    {
        var warnings = new List<string>();
        var forward = progress is null ? null : new Forward(plan, progress);
        FfmpegResult run;
        try
        {
            run = await ffmpeg.RunAsync(Command(plan), forward, cancellation);
        }
        catch (JobFailedException e) when (e.Code == JobErrorCode.Corrupt && plan.Audio.Count > 0 && plan.Renditions.Count > 0)
        {
            // A decoder that does not even open ends the whole run. A silent video is worth more than none.
            plan = plan with { Audio = [] };
            warnings.Add(AudioUndecodable);
            run = await ffmpeg.RunAsync(Command(plan), forward, cancellation);
        }

        if (plan.Renditions.Count > 0)
        {
            CheckFrames(plan, run.Frames, warnings);
        }
        else
        {
            CheckSound(plan, run.OutTime, warnings);
        }

        var tracks = plan.Renditions
            .Select(r => new EncodedTrack(r.Name, TrackKind.Video, HlsCommand.VideoFile(outputFolder, r), r.Width, r.Height, r.FrameRate))
            .ToList();
        if (tracks.Exists(track => !HasContent(track.Path)))
        {
            // Pictures came out, as its progress says: it is not the file's fault that they are not there.
            throw new JobFailedException(JobErrorCode.Internal, "The encoder's output is missing.");
        }

        foreach (var audio in plan.Audio)
        {
            var path = HlsCommand.AudioFile(outputFolder, audio);
            if (HasContent(path))
            {
                tracks.Add(new EncodedTrack(audio.Name, TrackKind.Audio, path, 0, 0, default));
            }
            else if (!warnings.Contains(AudioUndecodable))
            {
                warnings.Add(AudioUndecodable);
            }
        }

        return tracks.Count > 0
            ? new EncodeResult(tracks, run.Frames, run.Elapsed, run.CpuTime, warnings)
            : throw new JobFailedException(JobErrorCode.Corrupt, "No sound could be decoded.");

        FfmpegCommand Command(TranscodePlan what) =>
            HlsCommand.Build(what, sourcePath, outputFolder, _options.EncodeTimeLimit, ffmpeg.Options.Threads);
    }

    // Exit code 0 is not success: a truncated MP4 gave 41 of 180 frames with it.
    private void CheckFrames(TranscodePlan plan, long frames, List<string> warnings)
    {
        if (frames == 0)
        {
            throw new JobFailedException(JobErrorCode.Corrupt, "No picture could be decoded.");
        }

        if (plan.Segments is { } segments && frames < segments.Frames.Min)
        {
            if (frames < segments.Frames.Min * _options.MinFrameShare)
            {
                throw new JobFailedException(
                    JobErrorCode.Corrupt, $"The file is damaged: only {frames} of {segments.Frames.Min} pictures could be decoded.");
            }

            warnings.Add("frames_missing");
        }
    }

    private void CheckSound(TranscodePlan plan, TimeSpan outTime, List<string> warnings)
    {
        if (plan.Segments?.VideoDuration is not { } expected || outTime >= expected - SoundTolerance)
        {
            return;
        }

        if (outTime < expected * _options.MinFrameShare)
        {
            throw new JobFailedException(
                JobErrorCode.Corrupt, $"The file is damaged: only {outTime.TotalSeconds:0.#} of {expected.TotalSeconds:0.#} s could be decoded.");
        }

        warnings.Add("frames_missing");
    }

    // ffmpeg leaves a file without a single packet at 0 bytes, since delay_moov waits for the first one.
    private static bool HasContent(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    /// <summary>From ffmpeg's own figures to the share of the whole.</summary>
    private sealed class Forward(TranscodePlan plan, IProgress<EncodeProgress> progress) : IProgress<FfmpegProgress>
    {
        private double _fraction;

        public void Report(FfmpegProgress value)
        {
            // Audio runs ahead of the video by the encoder's lookahead, so the frames tell better where their number is known.
            var share = plan.Segments is { Timing: not FrameTiming.Regenerated } segments
                ? (double)value.Frames / Math.Max(1, segments.Frames.Min)
                : plan.DurationUs is > 0 ? value.OutTime.TotalMicroseconds / plan.DurationUs.Value : 0;
            _fraction = Math.Clamp(share, _fraction, 1);
            var outTimeMs = plan.DurationUs is { } duration ? (long)(_fraction * duration / 1000) : (long)value.OutTime.TotalMilliseconds;
            progress.Report(new EncodeProgress(outTimeMs, _fraction));
        }
    }
}
