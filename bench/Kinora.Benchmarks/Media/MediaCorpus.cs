using System.Globalization;
using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks.Media;

/// <summary>Files of every kind that people upload, made by ffmpeg.</summary>
internal static class MediaCorpus
{
    private static readonly string[] H264 = ["-c:v", "libx264", "-preset", "veryfast"];
    private static readonly string[] Hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"];
    private static readonly string[] Av1 = ["-c:v", "libsvtav1", "-preset", "12"];
    private static readonly string[] Vpx = ["-deadline", "realtime", "-cpu-used", "8"];
    private static readonly string[] Aac = ["-c:a", "aac"];

    /// <summary>Name, seconds, size of the picture, encoding.</summary>
    private static readonly (string Name, int Seconds, string Size, string[] Encoding)[] Files =
    [
        ("h264.mp4", 60, "1920x1080", [.. H264, .. Aac]),
        ("h264-short.mp4", 2, "640x360", [.. H264, .. Aac]),
        ("h264-index-in-front.mp4", 20, "1280x720", [.. H264, .. Aac, "-movflags", "+faststart"]),
        ("h264-fragmented.mp4", 60, "640x360", [.. H264, .. Aac, "-movflags", "+frag_keyframe+empty_moov"]),
        ("h264-silent.mp4", 10, "1280x720", [.. H264, "-an"]),
        ("hevc.mp4", 10, "1920x1080", [.. Hevc, "-tag:v", "hvc1", .. Aac]),
        ("av1.mp4", 5, "1280x720", [.. Av1, .. Aac]),
        ("h264.mkv", 20, "1920x1080", [.. H264, "-c:a", "ac3"]),
        ("hevc-10-bit.mkv", 5, "1280x720", [.. Hevc, "-pix_fmt", "yuv420p10le", "-c:a", "flac"]),
        ("mpeg4.mkv", 20, "640x360", ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
        ("vp8.webm", 10, "640x360", ["-c:v", "libvpx", .. Vpx, "-c:a", "libvorbis"]),
        ("vp9.webm", 10, "1280x720", ["-c:v", "libvpx-vp9", .. Vpx, "-c:a", "libopus"]),
        ("h264.ts", 20, "1920x1080", [.. H264, .. Aac]),
        ("hevc.ts", 5, "1280x720", [.. Hevc, .. Aac]),
        ("mpeg2.ts", 20, "1280x720", ["-c:v", "mpeg2video", "-b:v", "6M", "-c:a", "mp2"]),
        ("h264.mov", 30, "1920x1080", [.. H264, .. Aac]),
        ("prores.mov", 2, "1920x1080", ["-c:v", "prores_ks", "-c:a", "pcm_s16le"]),
        ("mpeg4.avi", 30, "640x360", ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
        ("mjpeg.avi", 5, "1280x720", ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"]),
        ("h264.flv", 20, "1280x720", [.. H264, .. Aac]),
        ("flv1.flv", 20, "640x360", ["-c:v", "flv", "-c:a", "libmp3lame", "-ar", "44100"]),
        ("mpeg1.mpg", 20, "640x360", ["-c:v", "mpeg1video", "-c:a", "mp2"]),
        ("mpeg2.mpg", 20, "1280x720", ["-c:v", "mpeg2video", "-b:v", "6M", "-c:a", "mp2", "-f", "vob"]),
        ("theora.ogv", 10, "640x360", ["-c:v", "libtheora", "-c:a", "libvorbis"]),
    ];

    /// <returns>The paths, in a fixed order.</returns>
    public static async Task<IReadOnlyList<string>> MakeAsync(string folder, Scale scale, CancellationToken cancellation)
    {
        var paths = new List<string>();
        foreach (var (name, seconds, size, encoding) in scale.Of(Files, Files[1..4]))
        {
            var path = Path.Combine(folder, name);
            await Tool.FfmpegAsync(
                [
                    "-f", "lavfi", "-i", $"testsrc2=size={size}:rate=30", "-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000",
                    "-t", scale.Of(seconds, 1).ToString(CultureInfo.InvariantCulture), "-pix_fmt", "yuv420p", .. encoding, "file:" + path,
                ],
                cancellation);
            paths.Add(path);
        }

        return paths;
    }
}
