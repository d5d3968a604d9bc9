using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>Videos to upload, each made once. Their encoders need well under a second: they are sources, not results.</summary>
internal static class SourceClips
{
    public const int ShortFrames = 150;
    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(Repository.Artifacts, "test-clips")).FullName;

    private static readonly Lazy<Task<string>> Small = new(() => MakeAsync("walk-small.mp4", Encode(10, "160x120")));
    private static readonly Lazy<Task<string>> Moment = new(() => MakeAsync("walk-moment.mp4", [.. Encode(1, "64x48"), "-t", "0.4"]));
    private static readonly Lazy<Task<string>> Short = new(() => MakeAsync("walk-short.mp4", Encode(6, "640x360")));
    private static readonly Lazy<Task<string>> Tiny = new(() => MakeAsync("walk-tiny.mp4", Encode(2, "320x180")));
    private static readonly Lazy<Task<string>> Growing = new(() => MakeAsync("walk-growing.mp4", [.. Encode(60, "640x480"), "-g", "125", "-bf", "2"]));
    private static readonly Lazy<Task<string>> Middle = new(() => MakeAsync("walk-middle.mp4", Encode(12, "1280x720")));
    private static readonly Lazy<Task<string>> Long = new(async () => await MakeAsync(
        "walk-long.mp4", ["-stream_loop", "9", "-i", await MiddleAsync(), "-c", "copy", "-movflags", "+faststart"]));

    /// <summary>10 s of 160x120: as little work as there can be in several segments.</summary>
    public static Task<string> SmallAsync() => Small.Value;

    /// <summary>2 s of 320x180, of which one rendition is made: for tests of many jobs.</summary>
    public static Task<string> TinyAsync() => Tiny.Value;

    /// <summary>Ten pictures of 64x48: of thousands of jobs each costs next to nothing.</summary>
    public static Task<string> MomentAsync() => Moment.Value;

    /// <summary>6 s of 640x360 at 25 frames a second, with a tone.</summary>
    public static Task<string> ShortAsync() => Short.Value;

    /// <summary>A minute of 640x480 with a keyframe each 5 s: in eight spans or more, and a copy beside what is encoded.</summary>
    public static Task<string> GrowingAsync() => Growing.Value;

    public const int GrowingFrames = 60 * 25;

    /// <summary>12 s of 1280x720: a few seconds of work.</summary>
    public static Task<string> MiddleAsync() => Middle.Value;

    /// <summary>Two minutes of 1280x720: more work than any test waits for.</summary>
    public static Task<string> LongAsync() => Long.Value;

    private static string[] Encode(int seconds, string size) =>
    [
        "-f", "lavfi", "-i", $"testsrc2=size={size}:rate=25:duration={seconds}",
        "-f", "lavfi", "-i", $"sine=frequency=440:duration={seconds}",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", "-ac", "2", "-movflags", "+faststart",
    ];

    private static async Task<string> MakeAsync(string name, string[] arguments)
    {
        // A name of its own until it is whole: a killed run leaves no half clip for the next one.
        var path = Path.Combine(Folder, name);
        if (!File.Exists(path))
        {
            var unfinished = Path.Combine(Folder, $"{Guid.CreateVersion7()}.mp4");
            await Tools.FfmpegAsync([.. arguments, unfinished]);
            File.Move(unfinished, path, overwrite: true);
        }

        return path;
    }
}
