using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Media;

/// <summary>Says in the log, once, which ffmpeg a worker has, and which holes are known of it.</summary>
public sealed partial class FfmpegVersion(IOptions<FfmpegOptions> options, Sandbox sandbox, ILogger<FfmpegVersion> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Holes that an upload can reach, with the releases that close them, oldest line first. Distributions may have closed them in older ones.</summary>
    private static readonly (string Hole, Version[] ClosedBy)[] Known =
    [
        // A heap overflow in the decoder of MagicYUV, which is not on our list and so never runs.
        ("CVE-2026-8461", [new(7, 1, 5), new(8, 0, 3), new(8, 1, 2)]),
    ];

    /// <summary>Never throws: without ffmpeg jobs say what is wrong.</summary>
    public async Task LogAsync()
    {
        var line = await ReadAsync();
        if (Parse(line) is not { } version)
        {
            LogUnknown(options.Value.Path, line);
            return;
        }

        var holes = string.Join(", ", OpenIn(version));
        if (holes.Length == 0)
        {
            LogVersion(line);
        }
        else
        {
            LogHoles(line, holes);
        }
    }

    /// <param name="line">"ffmpeg version 5.1.9-0+deb12u1 Copyright ..."; a build from the source's head has a name instead of a number.</param>
    internal static Version? Parse(string line) => Number().Match(line) is { Success: true } match
        ? new Version(Part(match, 1), Part(match, 2), Part(match, 3))
        : null;

    internal static IEnumerable<string> OpenIn(Version version) => Known.Where(known => IsOpen(version, known.ClosedBy)).Select(known => known.Hole);

    // Closed by a release of its own line, or by being of a newer line than all that were mended.
    private static bool IsOpen(Version version, Version[] closedBy) =>
        closedBy.FirstOrDefault(c => (c.Major, c.Minor) == (version.Major, version.Minor)) is { } ofItsLine ? version < ofItsLine : version < closedBy[^1];

    private async Task<string> ReadAsync()
    {
        var first = "";
        try
        {
            var spec = new ChildProcessSpec(options.Value.Path, ["-version"]) { OnOutputLine = line => first = first.Length == 0 ? line : first };
            await using var child = await sandbox.StartAsync(spec, Ffmpeg.Confine(options.Value, []));
            await child.Exited.WaitAsync(Patience);
        }
        catch (Exception e) when (e is Win32Exception or TimeoutException)
        {
            return e.Message;
        }

        return first;
    }

    private static int Part(Match match, int group) =>
        match.Groups[group] is { Success: true, Value: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^ffmpeg version n?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?\b")]
    private static partial Regex Number();

    [LoggerMessage(LogLevel.Information, "{version}")]
    private partial void LogVersion(string version);

    [LoggerMessage(LogLevel.Information, "{version}. By its number it has {holes}; their decoders are not among those that run here")]
    private partial void LogHoles(string version, string holes);

    [LoggerMessage(LogLevel.Warning, "{path} does not tell its version: {said}")]
    private partial void LogUnknown(string path, string said);
}
