using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>Why a rendition has to be encoded, as codes for machines; none: it is a copy of the source.</summary>
internal static class EncodeReasons
{
    /// <summary>ITU-T H.264 table A-1: what televisions and phones decode. The next ones are for pictures above 4096 x 2304.</summary>
    private const int MaxLevel = 52;

    /// <summary>A copy spares an encode, not the viewers' lines: above this much of what an encode would take it is none.</summary>
    private const double MaxRateShare = 2;

    private static readonly string[] Profiles = ["Constrained Baseline", "Baseline", "Main", "High"];

    /// <param name="bitRate">The source's; null when unknown.</param>
    public static IReadOnlyList<string> For(MediaInfo info, MediaStream video, Ladder.Rung rung, SegmentPlan? segments, long? bitRate)
    {
        var reasons = OfStream(info, video, rung, bitRate).ToList();
        if (segments is not null)
        {
            Add(segments.ForcesFrameRate, "video_frame_rate");
            Add(segments.Timing == FrameTiming.Regenerated, "timestamps");
            reasons.AddRange(segments.CopyObstacles);
        }

        Add(video.KeyframeIntervalUs > SegmentPlanner.MaxSegmentSeconds * 1_000_000L && !reasons.Contains("video_gop_size"), "video_gop_size");
        return reasons;

        void Add(bool applies, string reason)
        {
            if (applies)
            {
                reasons.Add(reason);
            }
        }
    }

    /// <summary>What the stream's properties say, before its packets are known.</summary>
    public static IEnumerable<string> OfStream(MediaInfo info, MediaStream video, Ladder.Rung rung, long? bitRate)
    {
        (bool Applies, string Reason)[] all =
        [
            (rung.Width != video.DisplayWidth || rung.Height != video.DisplayHeight, "video_resolution"),
            (video.Codec != "h264", "video_codec"),
            (video.Codec == "h264" && !Profiles.Contains(video.Profile), "video_profile"),
            (video is { Codec: "h264", Level: > MaxLevel }, "video_level"),
            (video.PixelFormat is not ("yuv420p" or "yuvj420p") || video.BitDepth > 8, "unsupported_pixel_format"),
            (video.IsHdr, "hdr"),
            (video.ColorRange == "pc" || video.PixelFormat == "yuvj420p", "full_range"),
            (video.IsInterlaced, "interlaced"),
            (video.Rotation != 0 || video.IsMirrored, "rotation"),
            (video.SampleAspectRatio.IsKnown && video.SampleAspectRatio.Num != video.SampleAspectRatio.Den, "pixel_aspect_ratio"),
            (bitRate is null or <= 0, "video_bit_rate_unknown"),
            (bitRate > MaxRateShare * Ladder.MaxBitRate(rung, FrameGrid.Nominal(video).ToDouble(), null), "video_bit_rate"),
            (FfmpegCommand.DemuxerOf(info.Container) is not ("mov" or "matroska" or "mpegts" or "flv"), "container"),
        ];
        return all.Where(r => r.Applies).Select(r => r.Reason);
    }
}
