using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// From a plan to ffmpeg's arguments: one process decodes once and writes a fragmented MP4 for each rendition, one fragment a segment, and
/// one for the audio, a fragment a second. One process costs 1.9 times less wall time than one for each rendition.
/// </summary>
public static class HlsCommand
{
    // execve(2): one argument holds at most 128 KiB.
    private const int MaxArgumentBytes = 131_000;

    // The same bytes on every run and version: init segments of one rendition must not differ.
    private static readonly string[] Untraced = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"];

    // An edit list with the true B-frame delay, which players subtract; without these, video and audio start 66 and 45 ms late.
    private static readonly string[] TrueTimes = ["-avoid_negative_ts", "disabled", "-use_editlist", "1"];

    public static string VideoFile(string outputFolder, Rendition rendition) => Path.Combine(outputFolder, rendition.Name + ".mp4");

    public static string AudioFile(string outputFolder) => Path.Combine(outputFolder, "audio.mp4");

    /// <param name="plan">With segments.</param>
    /// <param name="threads">Of each encoder; 0: as many as there are cores.</param>
    /// <exception cref="JobFailedException">DURATION_LIMIT: more segments than a command line holds (some 9 hours).</exception>
    public static FfmpegCommand Build(TranscodePlan plan, string sourcePath, string outputFolder, TimeSpan timeLimit, int threads)
    {
        var segments = plan.Segments ?? throw new ArgumentException("The source's packets were not scanned.", nameof(plan));
        return new FfmpegCommand
        {
            SourcePath = sourcePath,
            Container = plan.Info.Container,
            InputArguments = Input(segments),
            OutputArguments =
            [
                "-filter_complex", Graph(plan, segments),
                .. plan.Renditions.SelectMany((rendition, i) => Video(rendition, i, segments, threads, VideoFile(outputFolder, rendition))),
                .. plan.Audio is { } audio ? Audio(audio, segments, AudioFile(outputFolder)) : [],
            ],
            TimeLimit = timeLimit,
        };
    }

    // -copyts keeps the source's times, from which the filters subtract the origin exactly. Where they cannot be trusted ffmpeg's own
    // repair is wanted instead: missing pts made from dts, jumps of transport streams closed, start at 0.
    private static string[] Input(SegmentPlan segments) =>
        segments.Timing == FrameTiming.Regenerated ? ["-fflags", "+genpts"] : ["-copyts"];

    private static string Graph(TranscodePlan plan, SegmentPlan segments)
    {
        var (video, top) = (plan.Video, plan.Renditions[0]);
        var common = string.Join(',', (string[])
        [
            .. PictureFilters.BeforeTiming(video),
            .. Timing(segments),
            .. PictureFilters.ToSdr(video, top.Width, top.Height),
        ]);
        var count = plan.Renditions.Count;
        var labels = string.Concat(Enumerable.Range(0, count).Select(i => Text($"[s{i}]")));
        var rungs = plan.Renditions.Select((rendition, i) =>
            Text($"[s{i}]{PictureFilters.Scale(rendition.Width, rendition.Height, "tv")},format=yuv420p[v{i}]"));
        return Text($"[0:{video.Index}]{common},split={count}{labels};") + string.Join(';', rungs);
    }

    private static IEnumerable<string> Timing(SegmentPlan segments)
    {
        if (segments.Timing == FrameTiming.Regenerated)
        {
            // From 0 on: a late first frame is shown early rather than leaving a hole before it.
            return [Text($"fps=fps={segments.FrameRate}:start_time=0"), Text($"settb=1/{segments.TimeScale}")];
        }

        return
        [
            Text($"settb=1/{segments.TimeScale}"),
            Text($"setpts=PTS-({segments.OriginTicks})"),
            .. segments.CutsLeadingPictures ? (string[])["trim=start_pts=0"] : [],
            .. segments.ForcesFrameRate ? (string[])[Text($"fps=fps={segments.FrameRate}:start_time=0")] : [],
        ];
    }

    private static IEnumerable<string> Video(Rendition rendition, int index, SegmentPlan segments, int threads, string path) =>
    [
        "-map", Text($"[v{index}]"),
        "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-threads", Text($"{threads}"),
        "-crf", "23", "-maxrate", Text($"{rendition.MaxBitRate}"), "-bufsize", Text($"{2L * rendition.MaxBitRate}"),

        // Keyframes where segments start and nowhere else: a fragment is then a segment, in every rendition alike.
        "-g", "100000", "-keyint_min", "1", "-sc_threshold", "0", "-forced-idr", "1",
        "-force_key_frames", KeyFrames(segments),

        // No frame dropped or repeated by the muxer's rate logic: the filters decided.
        "-fps_mode", "passthrough",
        .. TimeBase(segments),
        "-video_track_timescale", Text($"{segments.TimeScale}"),
        .. Untraced, "-flags:v", "+bitexact",
        .. TrueTimes, "-muxdelay", "0", "-muxpreload", "0",

        // delay_moov: the edit list needs the first frames. frag_discont: fragments bear absolute times, so that spans can be joined.
        "-movflags", "+frag_keyframe+delay_moov+default_base_moof+frag_discont+skip_trailer",
        "-f", "mp4", "file:" + path,
    ];

    // On a grid the encoder counts frames, which removes Matroska's rounding. Off it B-frames' decode times would break at segment starts.
    private static IEnumerable<string> TimeBase(SegmentPlan segments) => segments.Timing == FrameTiming.Variable
        ? ["-enc_time_base", Text($"1:{segments.TimeScale}"), "-bf", "0"]
        : ["-enc_time_base", Text($"{segments.FrameRate.Den}:{segments.FrameRate.Num}")];

    private static string KeyFrames(SegmentPlan segments)
    {
        if (segments.Starts.Count == 0)
        {
            return Text($"expr:gte(t,n_forced*{SegmentPlanner.SegmentSeconds})");
        }

        var times = string.Join(',', segments.Starts.Select(start => Seconds(start, segments.TimeScale)));
        return times.Length <= MaxArgumentBytes
            ? times
            : throw new JobFailedException(JobErrorCode.DurationLimit, "The video is too long.");
    }

    private static IEnumerable<string> Audio(AudioPlan audio, SegmentPlan segments, string path)
    {
        // first_pts pads a late start with silence and cuts what lies before the first picture; async fills gaps over 0.1 s.
        var origin = segments.OriginAudioSamples;
        var filters = Text($"aresample={AudioPlan.SampleRate}:async=1:min_hard_comp=0.1:first_pts={origin},asetpts=PTS-({origin})");
        if (audio.SourceChannels > 8)
        {
            // No layout is known for so many, and without one there is no downmix.
            filters = "pan=stereo|c0=c0|c1=c1," + filters;
        }

        if (audio.EndSamples is { } end)
        {
            // Players leap back to the start when sound runs past the last picture (hls.js), and stall when it ends long before.
            filters += Text($",apad=whole_len={end},atrim=end_sample={end}");
        }

        return
        [
            "-map", Text($"0:{audio.StreamIndex}"), "-af", filters,
            "-c:a", "aac", "-b:a", Text($"{AudioPlan.BitRate}"), "-ac", Text($"{AudioPlan.Channels}"),
            .. Untraced, "-flags:a", "+bitexact",
            .. TrueTimes,

            // Not frag_discont: the encoder's priming lies before 0 and its time would wrap to 2^64.
            "-movflags", "+delay_moov+default_base_moof+skip_trailer", "-frag_duration", "1000000",
            "-f", "mp4", "file:" + path,
        ];
    }

    // Microseconds are finer than any tick up to 180000 a second; trailing zeros go, since a long video has thousands of these.
    private static string Seconds(long ticks, int timeScale) => Text($"{Math.Round((decimal)ticks / timeScale, 6):0.######}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
