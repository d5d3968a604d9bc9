using System.Collections.Concurrent;
using System.Globalization;
using Kinora.Core.Infra.Processes;
using Xunit;

namespace Kinora.IntegrationTests.Transcoding.Packaging;

/// <summary>ffmpeg as the maker of test media and as the referee over packages.</summary>
internal static class Ffmpeg
{
    public static Task<IReadOnlyList<string>> RunAsync(IEnumerable<string> arguments, CancellationToken cancellation) =>
        RunAsync("error", arguments, cancellation);

    /// <summary>The frames of a range that ends within mdat, of which ffmpeg tells as an error that it is cut short.</summary>
    public static async Task<int> CountFramesOfCutFileAsync(string path, CancellationToken cancellation) =>
        (await RunAsync("fatal", ["-i", path, "-f", "framemd5", "-"], cancellation)).Count(l => !l.StartsWith('#'));

    private static async Task<IReadOnlyList<string>> RunAsync(
        string logLevel, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var output = new ConcurrentQueue<string>();
        var errors = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec("ffmpeg", ["-nostdin", "-y", "-v", logLevel, .. arguments])
        {
            OnOutputLine = output.Enqueue,
            OnErrorLine = errors.Enqueue,
        });
        var exitCode = await process.Exited.WaitAsync(TimeSpan.FromMinutes(2), cancellation);
        Assert.True(exitCode == 0 && errors.IsEmpty, $"ffmpeg ended with {exitCode}: {string.Join('\n', errors)}");
        return [.. output];
    }

    public static async Task<IReadOnlyList<DecodedFrame>> DecodeAsync(string path, CancellationToken cancellation, params string[] maps)
    {
        var lines = await RunAsync(
            ["-xerror", "-i", path, .. maps.SelectMany(m => new[] { "-map", m }), "-fps_mode", "passthrough", "-f", "framemd5", "-"], cancellation);
        var timeBases = lines
            .Where(l => l.StartsWith("#tb ", StringComparison.Ordinal))
            .Select(l => l[4..].Split(':', '/'))
            .ToDictionary(
                p => int.Parse(p[0], CultureInfo.InvariantCulture),
                p => decimal.Parse(p[1], CultureInfo.InvariantCulture) / decimal.Parse(p[2], CultureInfo.InvariantCulture));
        return [.. lines
            .Where(l => !l.StartsWith('#'))
            .Select(l => l.Split(',', StringSplitOptions.TrimEntries))
            .Select(f => (Stream: int.Parse(f[0], CultureInfo.InvariantCulture), Pts: long.Parse(f[2], CultureInfo.InvariantCulture), Hash: f[5]))
            .Select(f => new DecodedFrame(f.Stream, Math.Round(f.Pts * timeBases[f.Stream], 4), f.Hash))];
    }
}

internal readonly record struct DecodedFrame(int Stream, decimal Seconds, string Hash);
