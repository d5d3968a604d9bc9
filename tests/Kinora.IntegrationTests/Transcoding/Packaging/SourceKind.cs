using Kinora.Core.Infra.Media;

namespace Kinora.IntegrationTests.Transcoding.Packaging;

/// <summary>How a source is made, and what the planner would have found out of it. No frame rate: it varies.</summary>
internal sealed record SourceKind(string Name, Rational FrameRate, int Timescale, bool HasAudio, string[] Inputs, string[] Encoding)
{
    private static readonly string[] Video = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50"];

    public static readonly SourceKind Film = new(
        "25 frames a second with audio", new Rational(25, 1), 12800, true,
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=10", "-f", "lavfi", "-i", "sine=440:r=48000:d=10"],
        [.. Video, "-c:a", "aac"]);

    public static readonly SourceKind Broadcast = new(
        "29.97 frames a second without audio", new Rational(30000, 1001), 30000, false,
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30000/1001:d=9.5"],
        Video);

    public static readonly SourceKind Varying = new(
        "varying frame rate with audio", new Rational(0, 1), 90000, true,
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=10", "-f", "lavfi", "-i", "sine=440:r=44100:d=10"],
        ["-vf", "select='not(between(mod(n,11),3,3+mod(n,5)))'", "-fps_mode", "passthrough", "-video_track_timescale", "90000", .. Video, "-c:a", "aac"]);

    // On the grid of its rate, but frames are missing from it.
    public static readonly SourceKind Holed = new(
        "30 frames a second with holes", new Rational(30, 1), 15360, false,
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=10"],
        ["-vf", "select='not(between(mod(n,23),7,9+mod(n,5)))'", "-fps_mode", "passthrough", "-video_track_timescale", "15360", .. Video]);

    public static readonly SourceKind LateAudio = new(
        "audio that starts half a second late", new Rational(25, 1), 12800, true,
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=10", "-itsoffset", "0.5", "-f", "lavfi", "-i", "sine=440:r=48000:d=9.5"],
        [.. Video, "-c:a", "aac"]);

    public static readonly SourceKind ShortAudio = new(
        "audio that ends three seconds early", new Rational(25, 1), 12800, true,
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=10", "-f", "lavfi", "-i", "sine=440:r=48000:d=7"],
        [.. Video, "-c:a", "aac"]);

    public static readonly SourceKind LongAudio = new(
        "audio that ends seven seconds after the video", new Rational(25, 1), 12800, true,
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=6", "-f", "lavfi", "-i", "sine=440:r=48000:d=13"],
        [.. Video, "-c:a", "aac"]);

    public static IReadOnlyList<SourceKind> All { get; } = [Film, Broadcast, Varying, Holed, LateAudio, ShortAudio, LongAudio];

    public override string ToString() => Name;
}
