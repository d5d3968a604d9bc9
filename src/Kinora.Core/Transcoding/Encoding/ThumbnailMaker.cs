using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// Finds one picture that stands for a video: the first keyframe that is not black from a fifth of its length on, else any picture there,
/// else the first keyframe, else the first picture at all that is not black, and only when there is none a black one.
/// </summary>
public sealed class ThumbnailMaker(Ffmpeg ffmpeg, IOptions<TranscodingOptions> options)
{
    private const int MaxSide = 1280;

    // Late enough to be past titles and fades, early enough to be before the end of a file that is shorter than it says.
    private const double SeekShare = 0.2;
    private const int SeekWindowSeconds = 20;

    // A picture is black when 90 % of its pixels are darker than 32 of 255. The filter "thumbnail" chose black out of black intros.
    private const string NotBlack =
        "blackframe=amount=0:threshold=32,metadata=select:key=lavfi.blackframe.pblack:value=90:function=less";

    private readonly TranscodingOptions _options = options.Value;

    private sealed record Attempt(double SeekSeconds, bool KeyFramesOnly, bool AcceptsBlack, int? WindowSeconds);

    /// <summary>Writes a JPEG of at most 1280 pixels a side, upright, with square pixels and in SDR.</summary>
    /// <param name="outputPath">Absolute; its folder exists, and is ffmpeg's to write to.</param>
    /// <exception cref="JobFailedException">Of <see cref="Ffmpeg.RunAsync"/>, or CORRUPT: not one picture could be decoded. INTERNAL: it is not whole.</exception>
    public async Task RunAsync(string sourcePath, MediaInfo info, string outputPath, CancellationToken cancellation)
    {
        var video = TranscodePlanner.CheckedVideo(info);
        JobFailedException? last = null;
        foreach (var attempt in Attempts(video.DurationUs ?? info.DurationUs))
        {
            File.Delete(outputPath);
            try
            {
                await ffmpeg.RunAsync(Command(sourcePath, info, video, outputPath, attempt), null, cancellation);
            }
            catch (JobFailedException e) when (e.Code == JobErrorCode.Corrupt || e.Code == JobErrorCode.Timeout)
            {
                // Damage at one place says nothing of another, and a long search must not cost the picture that a simpler one finds.
                last = e;
            }

            // A seek past the end exits with 0 and writes nothing.
            if (new FileInfo(outputPath) is { Exists: true, Length: > 0 })
            {
                await JpegFile.CheckWholeAsync(outputPath, cancellation);
                return;
            }
        }

        throw last ?? new JobFailedException(JobErrorCode.Corrupt, "No picture could be decoded.");
    }

    private static IEnumerable<Attempt> Attempts(long? durationUs)
    {
        var seek = durationUs is > 0 ? Math.Min(durationUs.Value / 1e6 * SeekShare, 600) : 0;

        // A keyframe costs a picture where another costs all since the keyframe before it; a short clip may have none but its first, which
        // is its title.
        yield return new Attempt(seek, true, false, SeekWindowSeconds);
        yield return new Attempt(seek, false, false, SeekWindowSeconds);
        yield return new Attempt(0, true, false, null);
        yield return new Attempt(0, false, false, null);
        yield return new Attempt(seek, false, true, null);
        yield return new Attempt(0, false, true, null);
    }

    private FfmpegCommand Command(string sourcePath, MediaInfo info, MediaStream video, string outputPath, Attempt attempt) => new()
    {
        SourcePath = sourcePath,
        OutputFolder = Path.GetDirectoryName(outputPath),
        Container = info.Container,
        InputArguments =
        [
            .. attempt.KeyFramesOnly ? KeyframeInput.Only : [],
            .. attempt.SeekSeconds > 0 ? (string[])["-ss", Text($"{attempt.SeekSeconds:0.###}")] : [],
            .. attempt.WindowSeconds is { } window ? (string[])["-t", Text($"{window}")] : [],
        ],
        OutputArguments =
        [
            "-map", Text($"0:{video.Index}"),
            "-vf", Filters(video, attempt),
            "-frames:v", "1", "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "3",
            "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",

            // One file, whose name is not taken for a pattern.
            "-update", "1", "-f", "image2", "file:" + outputPath,
        ],
        TimeLimit = _options.ThumbnailTimeLimit,
    };

    private static string Filters(MediaStream video, Attempt attempt)
    {
        var (width, height) = PictureFilters.SizeWithin(MaxSide, video);
        return string.Join(',', (string[])
        [
            .. attempt.KeyFramesOnly ? PictureFilters.OfKeyframes(video) : PictureFilters.BeforeTiming(video),
            .. PictureFilters.ToSdr(video, width, height),
            PictureFilters.Scale(width, height, "tv"),
            "format=yuv420p",
            .. attempt.AcceptsBlack ? (string[])[] : [NotBlack],
            .. PictureFilters.ToJpeg,
        ]);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
