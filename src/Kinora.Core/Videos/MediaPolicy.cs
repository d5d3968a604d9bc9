using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Videos;

/// <summary>
/// Whether a file is a video that Kinora takes, or sound alone where that is allowed. What is refused here is refused before a decoder runs, and with a reason that its
/// owner can act on.
/// </summary>
public static class MediaPolicy
{
    /// <summary>x264 takes no longer side.</summary>
    private const int MaxSidePixels = 16384;

    /// <summary>Beyond it the small renditions would be less than a macroblock high.</summary>
    private const int MaxAspect = 20;

    /// <summary>
    /// Throws <see cref="JobFailedException"/> for a file that is not to be processed. A missing duration is no reason: recordings of
    /// browsers have none.
    /// </summary>
    public static void Check(MediaInfo info, MediaOptions limits)
    {
        if (info.Streams.Count > limits.MaxStreams)
        {
            throw new JobFailedException(JobErrorCode.TooManyStreams, $"The file has more than {limits.MaxStreams} streams.");
        }

        if (info.Video is { } video)
        {
            CheckVideo(video, limits);
        }
        else if (!limits.AllowAudioOnly || !info.Streams.Any(IsSound))
        {
            throw new JobFailedException(JobErrorCode.NoVideoStream, "The file holds no moving picture.");
        }

        if (info.DurationUs > limits.MaxDuration.TotalMicroseconds)
        {
            throw new JobFailedException(JobErrorCode.DurationLimit, $"The video is longer than {limits.MaxDuration.TotalHours:0.##} hours.");
        }

        CheckAudio(info);
    }

    private static void CheckVideo(MediaStream video, MediaOptions limits)
    {
        if (video.IsEncrypted)
        {
            throw new JobFailedException(JobErrorCode.Encrypted, "The video is encrypted (DRM).");
        }

        if (!AllowedMedia.VideoDecoders.ContainsKey(video.Codec))
        {
            throw new JobFailedException(JobErrorCode.CodecNotAllowed, "The video's codec is not taken.");
        }

        if (Math.Min(video.Width, video.Height) < limits.MinSidePixels)
        {
            throw new JobFailedException(JobErrorCode.UnsupportedGeometry, $"The picture is unknown or below {limits.MinSidePixels} pixels.");
        }

        if ((long)video.Width * video.Height > limits.MaxPixels || Math.Max(video.Width, video.Height) > MaxSidePixels)
        {
            throw new JobFailedException(JobErrorCode.ResolutionLimit, $"The picture has more than {limits.MaxPixels} pixels.");
        }

        var (shortSide, longSide) = (Math.Min(video.DisplayWidth, video.DisplayHeight), Math.Max(video.DisplayWidth, video.DisplayHeight));
        if (shortSide < limits.MinSidePixels || longSide > MaxSidePixels || longSide > MaxAspect * shortSide)
        {
            throw new JobFailedException(JobErrorCode.UnsupportedGeometry, "The picture has a size or shape that is not supported.");
        }
    }

    /// <summary>
    /// A video whose sound was silently dropped would look finished and be wrong, and its owner would learn of it from viewers: so sound
    /// that cannot be decoded refuses the file, unless another track of it can be (<see cref="MediaInfo.Audio"/> is that one). A track
    /// of which nothing at all is known (no channels, no rate) is one that was declared and never filled: no player plays it either,
    /// and the video counts as silent.
    /// </summary>
    private static void CheckAudio(MediaInfo info)
    {
        if (info.Audio is not null)
        {
            return;
        }

        var sound = info.Streams.Where(IsSound).ToList();
        if (sound.Exists(s => s.IsEncrypted))
        {
            throw new JobFailedException(JobErrorCode.Encrypted, "The sound is encrypted (DRM).");
        }

        if (sound.Count > 0)
        {
            throw new JobFailedException(JobErrorCode.UnsupportedAudio, "The sound's codec, or its number of channels, is not taken.");
        }
    }

    private static bool IsSound(MediaStream stream) =>
        stream.Kind == StreamKind.Audio && (stream.IsEncrypted || stream.Channels > 0 || stream.SampleRate > 0);
}
