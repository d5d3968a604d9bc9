using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>ffmpeg's arguments for one output: a fragmented MP4 with one track.</summary>
internal static class TrackArguments
{
    // execve(2): one argument holds at most 128 KiB.
    private const int MaxArgumentBytes = 131_000;

    // delay_moov: the edit list needs the first frames. frag_discont: fragments bear absolute times, so that spans can be joined.
    private const string VideoFlags = "+frag_keyframe+delay_moov+default_base_moof+frag_discont+skip_trailer";

    // Seconds. ffmpeg's own 0.1 s lets sound run ahead of the picture by as much after a few lost packets; containers tremble by a millisecond.
    private const double MaxSoundOffset = 0.02;

    // Of the encoder's buffer, at a span's start: what one encode of the whole has there in the mean, where its cap binds. From x264's own 0.9
    // each span has bits to spare that the one before it had spent already, 6 % of the bytes of 48 s of noisy 720p.
    private const double ContinuedBuffer = 0.65;

    // The same bytes on every run and version: init segments of one rendition must not differ.
    private static readonly string[] Untraced = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"];

    // An edit list with the true B-frame delay, which players subtract; without these, video and audio start 66 and 45 ms late.
    private static readonly string[] TrueTimes = ["-avoid_negative_ts", "disabled", "-use_editlist", "1"];

    /// <param name="index">Of the filter graph's output.</param>
    /// <param name="continues">It begins within the video.</param>
    /// <param name="keyFrames">In ticks; empty: one each 4 s, as the video's length is not known.</param>
    public static IEnumerable<string> Video(
        Rendition rendition, int index, SegmentPlan segments, bool continues, IReadOnlyList<long> keyFrames, int threads, string path) =>
    [
        "-map", Text($"[v{index}]"),
        "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-threads", Text($"{threads}"),
        "-crf", "23", "-maxrate", Text($"{rendition.MaxBitRate}"), "-bufsize", Text($"{2L * rendition.MaxBitRate}"),
        .. continues ? (string[])["-rc_init_occupancy", Text($"{ContinuedBuffer * 2 * rendition.MaxBitRate:0}")] : [],

        // Keyframes where segments start and nowhere else: a fragment is then a segment, in every rendition alike.
        "-g", "100000", "-keyint_min", "1", "-sc_threshold", "0", "-forced-idr", "1",
        "-force_key_frames", KeyFrames(keyFrames, segments.TimeScale),

        // No frame dropped or repeated by the muxer's rate logic: the filters decided.
        "-fps_mode", "passthrough",
        .. TimeBase(segments),
        "-video_track_timescale", Text($"{segments.TimeScale}"),
        .. Untraced, "-flags:v", "+bitexact",
        .. TrueTimes, "-muxdelay", "0", "-muxpreload", "0",
        "-movflags", VideoFlags,
        "-f", "mp4", "file:" + path,
    ];

    /// <summary>The source's own packets, a fragment a keyframe.</summary>
    public static IEnumerable<string> Copy(int streamIndex, SegmentPlan segments, string path) =>
    [
        "-map", Text($"0:{streamIndex}"), "-c", "copy",

        // The origin is 0, as it is in what is encoded. Microseconds are finer than half a tick.
        "-output_ts_offset", Text($"{-Math.Round((decimal)segments.OriginPts * segments.SourceTimeBase.Num / segments.SourceTimeBase.Den, 6):0.######}"),
        "-video_track_timescale", Text($"{segments.TimeScale}"),
        .. Untraced,
        .. TrueTimes, "-muxdelay", "0", "-muxpreload", "0",
        "-movflags", VideoFlags,
        "-f", "mp4", "file:" + path,
    ];

    public static IEnumerable<string> Audio(AudioPlan audio, SegmentPlan segments, string path)
    {
        // first_pts pads a late start with silence and cuts what lies before the first picture; async fills gaps, and cuts what overlaps. In a
        // step of its own: first_pts counts samples of what comes in, so that 44.1 kHz behind a transport stream's 1.4 s lost 0.13 s.
        var origin = segments.OriginAudioSamples;
        var filters = Text(
            $"aresample={AudioPlan.SampleRate},aresample=async=1:min_hard_comp={MaxSoundOffset}:first_pts={origin},asetpts=PTS-({origin})");
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

    // On a grid the encoder counts frames, which removes Matroska's rounding. Off it B-frames' decode times would break at segment starts.
    private static IEnumerable<string> TimeBase(SegmentPlan segments) =>
    [
        "-enc_time_base",
        segments.Timing == FrameTiming.Variable ? Text($"1:{segments.TimeScale}") : Text($"{segments.FrameRate.Den}:{segments.FrameRate.Num}"),
        .. CanHaveBFrames(segments) ? (string[])[] : ["-bf", "0"],
    ];

    // How long they delay the decoder is taken from a span's first frames, and told in its init segment. Where one is missing among them it is
    // longer than in other spans, and players that keep to the first init segment (libavformat) would show these by as much too early.
    private static bool CanHaveBFrames(SegmentPlan segments) =>
        segments.Timing != FrameTiming.Variable && (segments.IsEvenlySpaced || !segments.Frames.IsExact);

    private static string KeyFrames(IReadOnlyList<long> ticks, int timeScale)
    {
        if (ticks.Count == 0)
        {
            return Text($"expr:gte(t,n_forced*{SegmentPlanner.SegmentSeconds})");
        }

        var times = string.Join(',', ticks.Select(tick => Seconds(tick, timeScale)));
        return times.Length <= MaxArgumentBytes
            ? times
            : throw new JobFailedException(JobErrorCode.DurationLimit, "The video is too long.");
    }

    // Microseconds are finer than any tick up to 180000 a second; trailing zeros go, since a long video has thousands of these.
    private static string Seconds(long ticks, int timeScale) => Text($"{Math.Round((decimal)ticks / timeScale, 6):0.######}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
