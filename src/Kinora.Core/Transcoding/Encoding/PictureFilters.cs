using System.Globalization;
using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// The filters that make any source an 8 bit, progressive, limited-range SDR picture with square pixels. Rotation is not here: ffmpeg
/// applies the display matrix itself before the first filter, in -filter_complex too.
/// </summary>
internal static class PictureFilters
{
    // Fields become frames one to one. It halves the time base, which the settb after it undoes.
    private const string Deinterlace = "bwdif=mode=send_frame:deint=interlaced";

    // Out of one picture alone: the neighbours of a keyframe among keyframes are seconds away, and bwdif would mix them in.
    private const string DeinterlaceAlone = "estdif=mode=frame:deint=interlaced";

    /// <summary>From one decoded video to an output [v0], [v1], ... for each rendition.</summary>
    /// <param name="timing">Which frames, and when.</param>
    public static string Graph(MediaStream video, IReadOnlyList<Rendition> renditions, IEnumerable<string> timing)
    {
        var top = renditions[0];
        var common = string.Join(',', (string[])[.. BeforeTiming(video), .. timing, .. ToSdr(video, top.Width, top.Height)]);
        var labels = string.Concat(Enumerable.Range(0, renditions.Count).Select(i => Text($"[s{i}]")));
        var rungs = renditions.Select((rendition, i) => Text($"[s{i}]{Scale(rendition.Width, rendition.Height, "tv")},format=yuv420p[v{i}]"));
        return Text($"[0:{video.Index}]{common},split={renditions.Count}{labels};") + string.Join(';', rungs);
    }

    /// <summary>Times in ticks of the plan, from the first shown frame.</summary>
    public static string[] FromOrigin(SegmentPlan segments) => [Text($"settb=1/{segments.TimeScale}"), Text($"setpts=PTS-({segments.OriginTicks})")];

    public static IEnumerable<string> BeforeTiming(MediaStream video) => video.IsInterlaced ? [Deinterlace] : [];

    public static IEnumerable<string> OfKeyframes(MediaStream video) => video.IsInterlaced ? [DeinterlaceAlone] : [];

    /// <summary>HDR, and wide colours, to BT.709 at the given size; nothing for SDR.</summary>
    public static IEnumerable<string> ToSdr(MediaStream video, int width, int height)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"w={width}:h={height}");
        if (video.IsHdr)
        {
            // Input colours are spelled out: zscale refuses frames whose matrix or primaries are not told. Scaled first, since the float
            // planes of tonemap cost ten times what scaling costs. 100 nits is the peak of SDR.
            return
            [
                $"zscale={size}:filter=bicubic:tin={video.ColorTransfer}:pin=bt2020:min=bt2020nc:rin={Range(video)}:t=linear:npl=100",
                "format=gbrpf32le",
                "zscale=p=bt709",
                "tonemap=tonemap=hable:desat=0",
                "zscale=t=bt709:m=bt709:r=tv",
                "format=yuv420p",
                "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
            ];
        }

        if (video.ColorPrimaries == "bt2020")
        {
            return
            [
                $"zscale={size}:filter=bicubic:tin=bt709:pin=bt2020:min=bt2020nc:rin={Range(video)}:t=bt709:p=bt709:m=bt709:r=tv",
                "format=yuv420p",
                "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
            ];
        }

        // Said in every rendition alike: players guess unsaid colours by the picture's size, and would shift them between renditions.
        var (matrix, transfer) = Colors(video);
        return [$"setparams=color_primaries={matrix}:color_trc={transfer}:colorspace={matrix}"];
    }

    /// <summary>From the limited range of the others to a JPEG: full range, and BT.601 by JFIF.</summary>
    public static IEnumerable<string> ToJpeg { get; } = ["scale=in_range=tv:out_range=pc:out_color_matrix=bt601", "format=yuvj420p"];

    /// <summary>The size as shown, shrunk until no side is longer; even, for the sake of chroma.</summary>
    public static (int Width, int Height) SizeWithin(int maxSide, MediaStream video)
    {
        var scale = Math.Min(1.0, (double)maxSide / Math.Max(video.DisplayWidth, video.DisplayHeight));
        return (Side(video.DisplayWidth * scale), Side(video.DisplayHeight * scale));

        static int Side(double length) => Math.Max(2, (int)Math.Round(length / 2) * 2);
    }

    public static string Scale(int width, int height, string range) =>
        string.Create(CultureInfo.InvariantCulture, $"scale={width}:{height}:flags=bicubic:out_range={range},setsar=1");

    // A matrix of RGB or a rare one is told as what it will be after conversion. All of them share BT.709's transfer curve.
    private static (string Matrix, string Transfer) Colors(MediaStream video) => video.ColorSpace switch
    {
        "bt709" => ("bt709", "bt709"),
        "smpte170m" => ("smpte170m", "smpte170m"),
        "bt470bg" => ("bt470bg", "smpte170m"),

        // ITU-R BT.601 below high definition, BT.709 from there on: what players assume too.
        _ => Math.Min(video.Width, video.Height) >= 720 ? ("bt709", "bt709") : ("smpte170m", "smpte170m"),
    };

    private static string Range(MediaStream video) => video.ColorRange == "pc" ? "full" : "limited";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
