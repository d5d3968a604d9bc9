using Kinora.IntegrationTests.Media;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>
/// Small clips of what sources are like, six seconds of a moving picture and of noise that is never the same twice: long enough for several
/// spans. Each picture bears its number (<see cref="PictureNumbers"/>).
/// </summary>
internal static class MadeSources
{
    // At a rate that is worth copying.
    private const string X264 = "-c:v libx264 -preset ultrafast -crf 30 -bf 2 -pix_fmt yuv420p";
    private const string X265 = "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=none:keyint=50:";
    private const string Aac = "-c:a aac";

    public static IReadOnlyList<MadeSource> All { get; } =
    [
        new("film.ts", $"{X264} -g 48 {Aac}") { FrameRate = "24000/1001", IsCopied = true },
        new("languages.mkv", $"-map 0:v -map 1:a -map 1:a {X264} -g 48 {Aac} -metadata:s:a:0 language=eng -metadata:s:a:1 language=deu")
        {
            FrameRate = "24000/1001", IsCopied = true, Languages = ["en", "de"],
        },
        new("variable.mp4", $"-fps_mode vfr -video_track_timescale 90000 {X264} -g 40 {Aac}") { Filter = Irregular, FrameRate = "30", IsCopied = true },
        new("variable.mkv", $"-fps_mode vfr {X264} -g 40 {Aac}") { Filter = Irregular, FrameRate = "30", IsCopied = true },

        // Two of fifty frames are missing, from a grid that the others keep.
        new("holes.mp4", $"-fps_mode passthrough {X264} -g 50 {Aac}") { Filter = "select='not(between(mod(n,50),17,18))'", IsCopied = true },
        // At the start of one span alone: it must not change by how much B-frames delay the decoder.
        new("hole-at-start.mp4", $"-fps_mode passthrough {X264} -g 50 {Aac}") { Filter = "select='not(between(n,1,2))'", IsCopied = true },
        new("short-first-gop.mp4", $"{X264} -g 1000 -sc_threshold 0 -force_key_frames 0,0.48,2.48,4.48 {Aac}") { IsCopied = true },

        // Three packets of sound are lost: 64 ms.
        new("lost-sound.mp4", $"{X264} -g 50 {Aac} -bsf:a noise=drop=between(n\\,140\\,142)") { IsCopied = true },
        new("surround.ts", $"{X264} -g 50 -ac 6 -c:a ac3") { IsCopied = true },

        // Open GOPs, which are x265's usual ones.
        new("pq.mp4", $"{X265}colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc -tag:v hvc1 {Aac}")
        {
            Filter = $"{Dark},setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc",
        },
        new("hlg.mkv", $"{X265}colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc {Aac}")
        {
            Filter = $"{Dark},setparams=color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc",
        },
        new("full-range.mp4", $"-c:v libx264 -preset ultrafast -bf 2 -pix_fmt yuvj420p -color_range pc -g 50 {Aac}") { Filter = "scale=out_range=pc" },
        new("alpha.webm", "-c:v libvpx-vp9 -cpu-used 8 -deadline realtime -b:v 800k -g 50 -pix_fmt yuva420p -c:a libopus"),
        new("alpha.mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le -c:a pcm_s16le"),
        new("odd.webm", "-c:v libvpx-vp9 -cpu-used 8 -deadline realtime -b:v 800k -g 50 -pix_fmt yuv420p -c:a libopus") { Width = 481, Height = 361 },
        new("mirrored.mp4", $"{X264} -g 50 {Aac}") { IsMirrored = true },
    ];

    private const string Irregular = "select='not(mod(n,3))+gt(random(1),0.6)'";

    // What is as bright as the sun is one white after tone mapping, whatever it was before.
    private const string Dark = "lutyuv=y=16+(val-16)*0.5";
}

/// <param name="Encoding">ffmpeg's arguments, which have no spaces in them.</param>
internal sealed record MadeSource(string Name, string Encoding)
{
    public const int Seconds = 6;

    public int Width { get; init; } = 480;
    public int Height { get; init; } = 360;
    public string FrameRate { get; init; } = "25";
    public string Filter { get; init; } = "null";

    /// <summary>Its largest rendition is the source's own pictures.</summary>
    public bool IsCopied { get; init; }

    /// <summary>Turned by its matrix, and mirrored.</summary>
    public bool IsMirrored { get; init; }

    /// <summary>As HLS tells them; null: not known.</summary>
    public IReadOnlyList<string?> Languages { get; init; } = [null];

    public async Task MakeAsync(string path)
    {
        await Tools.FfmpegAsync([
            "-f", "lavfi", "-i",
            $"testsrc2=s={Width}x{Height}:r={FrameRate}:d={Seconds}[picture];{PictureNumbers.Source(FrameRate, Seconds)}[number];"
            + $"[picture][number]overlay,{Filter}",
            "-f", "lavfi", "-i", $"aevalsrc='random(0)*sin(11*t)*sin(3*t)':s=48000:d={Seconds}", .. Encoding.Split(' '), "file:" + path]);
        if (IsMirrored)
        {
            var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(path, MediaBytes.WithMatrix(bytes, 0, 1, 1, 0), TestContext.Current.CancellationToken);
        }
    }

    public override string ToString() => Name;
}
