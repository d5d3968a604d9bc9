using Kinora.Core.Infra.Processes;

namespace Kinora.Benchmarks.Media;

/// <summary>A program that is run to its end.</summary>
internal static class Tool
{
    /// <summary>ffmpeg, the way that all contenders start it: it overwrites and speaks of errors alone.</summary>
    public static Task FfmpegAsync(IEnumerable<string> arguments, CancellationToken cancellation) =>
        RunAsync("ffmpeg", ["-nostdin", "-hide_banner", "-y", "-v", "error", .. arguments], cancellation);

    /// <returns>Its output.</returns>
    /// <exception cref="InvalidOperationException">It failed; with what it said.</exception>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var errors = new List<string>();
        await using var process = await ChildProcess.StartAsync(
            new ChildProcessSpec(program, arguments) { RedirectOutput = true, OnErrorLine = errors.Add });
        using var reader = new StreamReader(process.Output);
        var output = await reader.ReadToEndAsync(cancellation);
        var exitCode = await process.Exited.WaitAsync(cancellation);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} exited with {exitCode}: {string.Join('\n', errors)}");
    }

    /// <summary>Whether it is found in PATH.</summary>
    public static bool Exists(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
