using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// Finds one picture that stands for a video: the first that is not black from a fifth of its length on, else the first keyframe, else the
/// first picture at all that is not black, and only when there is none a black one.
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

    /// <summary>The marker that ends each JPEG (ITU-T T.81, B.1.1.3).</summary>
    private static readonly byte[] EndOfImage = [0xFF, 0xD9];

    private readonly TranscodingOptions _options = options.Value;

    private sealed record Attempt(double SeekSeconds, bool KeyFramesOnly, bool AcceptsBlack, int? WindowSeconds);

    /// <summary>Writes a JPEG of at most 1280 pixels a side, upright, with square pixels and in SDR.</summary>
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
                await CheckWholeAsync(outputPath, cancellation);
                return;
            }
        }

        throw last ?? new JobFailedException(JobErrorCode.Corrupt, "No picture could be decoded.");
    }

    /// <summary>ffmpeg may have exited with 0 and still have been cut off: by a full disk that it did not notice.</summary>
    private static async Task CheckWholeAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        var end = new byte[EndOfImage.Length];
        file.Seek(-Math.Min(end.Length, file.Length), SeekOrigin.End);
        await file.ReadAtLeastAsync(end, end.Length, throwOnEndOfStream: false, cancellation);
        if (!EndOfImage.AsSpan().SequenceEqual(end))
        {
            throw new JobFailedException(JobErrorCode.Internal, "The encoder's picture is not whole.");
        }
    }

    private static IEnumerable<Attempt> Attempts(long? durationUs)
    {
        var seek = durationUs is > 0 ? Math.Min(durationUs.Value / 1e6 * SeekShare, 600) : 0;
        yield return new Attempt(seek, false, false, SeekWindowSeconds);
        yield return new Attempt(0, true, false, null);
        yield return new Attempt(0, false, false, null);
        yield return new Attempt(seek, false, true, null);
        yield return new Attempt(0, false, true, null);
    }

    private FfmpegCommand Command(string sourcePath, MediaInfo info, MediaStream video, string outputPath, Attempt attempt) => new()
    {
        SourcePath = sourcePath,
        Container = info.Container,
        InputArguments =
        [
            // discard drops packets before the decoder, skip_frame pictures in it: together half the time of either.
            .. attempt.KeyFramesOnly ? (string[])["-discard:v", "nokey", "-skip_frame", "nokey"] : [],
            .. attempt.SeekSeconds > 0 ? (string[])["-ss", Text($"{attempt.SeekSeconds:0.###}")] : [],
            .. attempt.WindowSeconds is { } window ? (string[])["-t", Text($"{window}")] : [],
        ],
        OutputArguments =
        [
            "-map", Text($"0:{video.Index}"),
            "-vf", Filters(video, attempt.AcceptsBlack),
            "-frames:v", "1", "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "3",
            "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",

            // One file, whose name is not taken for a pattern.
            "-update", "1", "-f", "image2", "file:" + outputPath,
        ],
        TimeLimit = _options.ThumbnailTimeLimit,
    };

    private static string Filters(MediaStream video, bool acceptsBlack)
    {
        var scale = Math.Min(1.0, (double)MaxSide / Math.Max(video.DisplayWidth, video.DisplayHeight));
        var (width, height) = (Side(video.DisplayWidth * scale), Side(video.DisplayHeight * scale));
        return string.Join(',', (string[])
        [
            .. PictureFilters.BeforeTiming(video),
            .. PictureFilters.ToSdr(video, width, height),
            PictureFilters.Scale(width, height, "tv"),
            "format=yuv420p",
            .. acceptsBlack ? (string[])[] : [NotBlack],

            // JPEG is full range, and BT.601 by JFIF.
            "scale=in_range=tv:out_range=pc:out_color_matrix=bt601",
            "format=yuvj420p",
        ]);
    }

    private static int Side(double length) => Math.Max(2, (int)Math.Round(length / 2) * 2);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
