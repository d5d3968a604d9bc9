using System.Text;
using System.Text.Json;
using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Transcoding;

/// <summary>ffmpeg and ffprobe as makers of test media and as referees. The product itself has no ffprobe.</summary>
internal static class Tools
{
    public static async Task FfmpegAsync(params string[] arguments)
    {
        await RunAsync("ffmpeg", ["-nostdin", "-y", "-v", "error", .. arguments]);
    }

    public static async Task<JsonElement> FfprobeAsync(string path, params string[] arguments)
    {
        var text = await RunAsync("ffprobe", ["-v", "error", "-of", "json", .. arguments, path.Contains("://", StringComparison.Ordinal) ? path : "file:" + path]);
        return JsonDocument.Parse(text).RootElement;
    }

    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments) =>
        Encoding.UTF8.GetString((await RunForBytesAsync(program, arguments)).Output);

    /// <returns>What it wrote to its output, and the lines of its error output.</returns>
    public static async Task<(byte[] Output, IReadOnlyList<string> Lines)> RunForBytesAsync(string program, IReadOnlyList<string> arguments)
    {
        var lines = new List<string>();
        await using var child = await ChildProcess.StartAsync(
            new ChildProcessSpec(program, arguments) { RedirectOutput = true, OnErrorLine = lines.Add });
        using var output = new MemoryStream();
        await child.Output.CopyToAsync(output, TestContext.Current.CancellationToken);
        var exitCode = await child.Exited;
        return exitCode == 0
            ? (output.ToArray(), lines)
            : throw new InvalidOperationException($"{program} exited with {exitCode}: {string.Join('\n', lines)}");
    }
}
