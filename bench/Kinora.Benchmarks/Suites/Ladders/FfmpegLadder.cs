using System.Globalization;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Benchmarks.Suites.Ladders;

/// <summary>The ladder of a plan by ffmpeg's own HLS muxer, with the settings of TrackArguments.cs wherever it has them too.</summary>
internal static class FfmpegLadder
{
    private const int SegmentSeconds = 4;

    /// <summary>One decode, split and scaled for all encoders.</summary>
    public static IReadOnlyList<string> OneProcess(TranscodePlan plan, string source, string folder)
    {
        var count = plan.Renditions.Count;
        var labels = string.Concat(Enumerable.Range(0, count).Select(i => $"[s{i}]"));
        var scales = plan.Renditions.Select((r, i) => $"[s{i}]{Scale(r)}[v{i}]");
        var variants = plan.Renditions.Select((r, i) => $"v:{i},agroup:audio,name:{r.Name}");
        return
        [
            "-i", "file:" + source,
            "-filter_complex", $"[0:v:0]split={count}{labels};{string.Join(';', scales)}",
            .. Enumerable.Range(0, count).SelectMany(i => (string[])["-map", $"[v{i}]"]), "-map", "0:a:0",
            .. plan.Renditions.SelectMany((r, i) => Video(r, $":{i}")), .. Audio(),
            .. Muxer(), "-var_stream_map", $"{string.Join(' ', variants)} a:0,agroup:audio,name:audio,default:yes",
            "-master_pl_name", "master.m3u8",
            "-hls_segment_filename", Path.Combine(folder, "%v", "%d.m4s"), Path.Combine(folder, "%v", "index.m3u8"),
        ];
    }

    /// <summary>A decode for each; the sound is encoded with the first.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> ProcessPerRendition(TranscodePlan plan, string source, string folder) =>
    [
        .. plan.Renditions.Select((rendition, i) => (IReadOnlyList<string>)
        [
            "-i", "file:" + source, "-map", "0:v:0", "-vf", Scale(rendition), .. Video(rendition, ""),
            .. i == 0 ? (string[])["-map", "0:a:0", .. Audio()] : [],
            .. Muxer(), "-hls_fmp4_init_filename", $"{rendition.Name}.mp4",
            "-hls_segment_filename", Path.Combine(folder, $"{rendition.Name}-%d.m4s"), Path.Combine(folder, $"{rendition.Name}.m3u8"),
        ]),
    ];

    private static string Scale(Rendition rendition) => $"scale={rendition.Width}:{rendition.Height}:flags=bicubic,setsar=1,format=yuv420p";

    /// <param name="stream">":0", or "" where there is but one.</param>
    private static IEnumerable<string> Video(Rendition rendition, string stream)
    {
        var gop = Math.Round(SegmentSeconds * rendition.FrameRate.ToDouble()).ToString(CultureInfo.InvariantCulture);
        return
        [
            $"-c:v{stream}", "libx264", $"-preset:v{stream}", "veryfast", $"-profile:v{stream}", "high", $"-crf:v{stream}", "23",
            $"-maxrate:v{stream}", Text(rendition.MaxBitRate), $"-bufsize:v{stream}", Text(2L * rendition.MaxBitRate),
            $"-g:v{stream}", gop, $"-keyint_min:v{stream}", gop, $"-sc_threshold:v{stream}", "0",
            $"-force_key_frames:v{stream}", $"expr:gte(t,n_forced*{SegmentSeconds})",
        ];
    }

    private static string[] Audio() =>
        ["-c:a", "aac", "-b:a", Text(AudioPlan.BitRate), "-ac", Text(AudioPlan.Channels), "-ar", Text(AudioPlan.SampleRate)];

    private static string[] Muxer() =>
    [
        "-f", "hls", "-hls_time", Text(SegmentSeconds), "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_flags", "independent_segments",
    ];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
