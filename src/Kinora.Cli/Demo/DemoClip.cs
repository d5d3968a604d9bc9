using System.Text;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Demo;

/// <summary>The clip that is played when no file is named. Made by ffmpeg at the first demo: no media lie in the repository.</summary>
internal static class DemoClip
{
    private const int Seconds = 20;

    /// <summary>A slowly turning gradient under a test pattern's moving timecode, and two tones that beat against each other.</summary>
    private const string Picture = "testsrc2=size=1280x720:rate=30,hue=H=PI/10*t:s=1";

    private const string Sound = "aevalsrc=0.15*sin(2*PI*220*t)*(1+sin(2*PI*t))/2|0.15*sin(2*PI*277.18*t)*(1+cos(2*PI*t))/2:s=48000";

    public static async Task<string> MakeAsync(DataFolder folder, CancellationToken cancellation)
    {
        var clip = Path.Combine(folder.Root, "demo.mp4");
        if (File.Exists(clip))
        {
            return clip;
        }

        var errors = new StringBuilder();
        var unfinished = Path.Combine(folder.Root, "demo.unfinished.mp4");
        await using var ffmpeg = await ChildProcess.StartAsync(new ChildProcessSpec("ffmpeg",
        [
            "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", Picture, "-f", "lavfi", "-i", Sound, "-t", $"{Seconds}",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "aac", "-b:a", "128k",
            // The index in front, as an upload from a camera roll or an editor's export has it.
            "-movflags", "+faststart", unfinished,
        ])
        {
            OnOutputLine = _ => { },
            OnErrorLine = line => errors.AppendLine(line),
        });
        if (await ffmpeg.Exited.WaitAsync(cancellation) != 0)
        {
            throw new CommandFailure($"ffmpeg could not make the demo clip, name a file instead: {errors.ToString().ReplaceLineEndings(" ").Trim()}");
        }

        File.Move(unfinished, clip, overwrite: true);
        return clip;
    }
}
