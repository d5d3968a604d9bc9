using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>Why a rendition has to be encoded, as codes for machines.</summary>
internal static class EncodeReasons
{
    public static IReadOnlyList<string> For(MediaInfo info, MediaStream video, Ladder.Rung rung, SegmentPlan? segments)
    {
        var reasons = new List<string>();
        Add(rung.Width != video.DisplayWidth || rung.Height != video.DisplayHeight, "video_resolution");
        Add(video.Codec != "h264", "video_codec");
        Add(video.PixelFormat is not ("yuv420p" or "yuvj420p") || video.BitDepth > 8, "unsupported_pixel_format");
        Add(video.IsHdr, "hdr");
        Add(video.ColorRange == "pc" || video.PixelFormat == "yuvj420p", "full_range");
        Add(video.IsInterlaced, "interlaced");
        Add(video.Rotation != 0 || video.IsMirrored, "rotation");
        Add(video.SampleAspectRatio.IsKnown && video.SampleAspectRatio.Num != video.SampleAspectRatio.Den, "pixel_aspect_ratio");
        Add(segments is { ForcesFrameRate: true }, "video_frame_rate");
        Add(segments is { Timing: FrameTiming.Regenerated }, "timestamps");
        Add(video.KeyframeIntervalUs > SegmentPlanner.MaxSegmentSeconds * 1_000_000L, "video_gop_size");
        Add(FfmpegCommand.DemuxerOf(info.Container) is not ("mov" or "matroska" or "mpegts" or "flv"), "container");
        if (reasons.Count == 0)
        {
            // It could be copied, and this version does not.
            reasons.Add("copy_not_offered");
        }

        return reasons;

        void Add(bool applies, string reason)
        {
            if (applies)
            {
                reasons.Add(reason);
            }
        }
    }
}
