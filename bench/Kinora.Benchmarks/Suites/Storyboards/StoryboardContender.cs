using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Processes;

namespace Kinora.Benchmarks.Suites.Storyboards;

/// <summary>One run of ffmpeg that makes a sprite.</summary>
internal sealed class StoryboardContender(string name, IReadOnlyList<string> arguments, string folder) : IContender
{
    public string Name => name;

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var measured = await new UsageMeter(countsThisProcess: false).MeasureAsync(() => Tool.FfmpegAsync(arguments, cancellation));
        if (!File.Exists(Path.Combine(folder, "1.jpg")))
        {
            throw new InvalidOperationException($"{name} made no picture.");
        }

        Directory.Delete(folder, recursive: true);
        return measured;
    }
}
