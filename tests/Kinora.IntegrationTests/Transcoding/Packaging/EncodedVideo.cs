using System.Globalization;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.IntegrationTests.Transcoding.Packaging;

/// <summary>A made source and its three rungs, encoded with the flags that the transcoder uses: the whole video as one span.</summary>
internal sealed record EncodedVideo(string Source, IReadOnlyList<TrackInput> Tracks, IReadOnlyList<double> Starts, long Frames)
{
    public static readonly TimeSpan LongestSegment = TimeSpan.FromSeconds(4);

    private static readonly (string Name, int Height)[] Rungs = [("180p", 180), ("120p", 120), ("90p", 90)];

    private static readonly string[] Muxer =
    [
        "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-avoid_negative_ts", "disabled", "-use_editlist", "1", "-f", "mp4",
    ];

    private static readonly string[] VideoMuxer =
    [
        "-muxdelay", "0", "-muxpreload", "0", "-movflags", "+frag_keyframe+delay_moov+default_base_moof+frag_discont+skip_trailer", .. Muxer,
    ];

    public Expectations Expectations => new() { Frames = ExpectedFrames.Exactly(Frames), SegmentStarts = Starts };

    public static async Task<EncodedVideo> MakeAsync(string folder, SourceKind kind, CancellationToken cancellation)
    {
        var source = Path.Combine(folder, "source.mp4");
        await Ffmpeg.RunAsync([.. kind.Inputs, .. kind.Encoding, source], cancellation);
        var frames = await Ffmpeg.DecodeAsync(source, cancellation, "0:v:0");
        var starts = PlanStarts(frames);
        var tracks = await EncodeVideoAsync(folder, source, kind, starts, cancellation);
        if (kind.HasAudio)
        {
            tracks.Add(await EncodeAudioAsync(folder, source, cancellation));
        }

        return new EncodedVideo(source, tracks, starts, frames.Count);
    }

    /// <summary>The source's own video as a rendition: it has a fragment for each of its keyframes.</summary>
    public async Task<TrackInput> CopyAsync(string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, "copy.mp4");
        await Ffmpeg.RunAsync(["-copyts", "-i", Source, "-map", "0:v:0", "-c", "copy", .. VideoMuxer, path], cancellation);
        return Tracks[0] with { Name = "copy", Path = path };
    }

    private static List<double> PlanStarts(IReadOnlyList<DecodedFrame> frames)
    {
        var starts = new List<double>();
        foreach (var frame in frames)
        {
            if ((double)frame.Seconds >= starts.Count * 4)
            {
                starts.Add((double)frame.Seconds);
            }
        }

        return starts;
    }

    private static async Task<List<TrackInput>> EncodeVideoAsync(
        string folder, string source, SourceKind kind, List<double> starts, CancellationToken cancellation)
    {
        var labels = string.Concat(Rungs.Select((_, i) => $"[s{i}]"));
        var scales = string.Concat(Rungs.Select((r, i) => $";[s{i}]scale=-2:{r.Height}:flags=bicubic,setsar=1,format=yuv420p[v{i}]"));
        var keys = string.Join(',', starts.Select(s => s.ToString("F6", CultureInfo.InvariantCulture)));
        var rate = kind.FrameRate.IsKnown
            ? new[] { "-enc_time_base", $"{kind.FrameRate.Den}:{kind.FrameRate.Num}" }
            : ["-enc_time_base", $"1:{kind.Timescale}", "-bf", "0"];
        var arguments = new List<string>
        {
            "-xerror", "-copyts", "-i", source,
            "-filter_complex", $"[0:v:0]settb=1/{kind.Timescale},setpts=PTS-(0),split={Rungs.Length}{labels}{scales}",
        };
        for (var i = 0; i < Rungs.Length; i++)
        {
            arguments.AddRange([
                "-map", $"[v{i}]", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23", "-maxrate", "800k", "-bufsize", "1600k",
                "-g", "100000", "-keyint_min", "1", "-sc_threshold", "0", "-forced-idr", "1", "-force_key_frames", keys, "-threads", "1",
                "-fps_mode", "passthrough", .. rate, "-video_track_timescale", $"{kind.Timescale}", "-flags:v", "+bitexact",
                .. VideoMuxer, Path.Combine(folder, $"{Rungs[i].Name}.mp4")]);
        }

        await Ffmpeg.RunAsync(arguments, cancellation);
        return [.. Rungs.Select(r => new TrackInput
        {
            Name = r.Name,
            Kind = TrackKind.Video,
            Path = Path.Combine(folder, $"{r.Name}.mp4"),
            Width = (int)Math.Round(r.Height * 16 / 18.0) * 2,
            Height = r.Height,
            FrameRate = kind.FrameRate,
        })];
    }

    private static async Task<TrackInput> EncodeAudioAsync(string folder, string source, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, "audio.mp4");
        await Ffmpeg.RunAsync(
            [
                "-copyts", "-i", source, "-map", "0:a:0", "-af", "aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,asetpts=PTS-(0)",
                "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-flags:a", "+bitexact", "-movflags", "+delay_moov+default_base_moof+skip_trailer",
                "-frag_duration", "1000000", .. Muxer, path,
            ],
            cancellation);
        return new TrackInput { Name = "audio", Kind = TrackKind.Audio, Path = path, Language = "eng" };
    }
}
