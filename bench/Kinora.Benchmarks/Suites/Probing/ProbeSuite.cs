using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;

namespace Kinora.Benchmarks.Suites.Probing;

/// <summary>Reading what a file is: getMediaInfo in a warm helper process, or an ffprobe for each file.</summary>
internal sealed class ProbeSuite : ISuite
{
    private const string MediaVariable = "KINORA_MEDIA_DIR";

    private static readonly string[] Endings =
        [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".ts", ".m2ts", ".mts", ".avi", ".flv", ".mpg", ".mpeg", ".vob", ".ogv", ".wmv", ".mxf", ".3gp"];

    public string Name => "probe";

    public string Summary => "getMediaInfo in a warm helper against a start of ffprobe, a file";

    public IReadOnlyList<string> Programs => ["ffmpeg", "ffprobe"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var made = await MediaCorpus.MakeAsync(folder, scale, cancellation);
        var found = FindMedia().ExceptBy(made.Select(Path.GetFileName), Path.GetFileName).ToArray();
        var files = await ReadableFiles.OfAsync([.. made, .. found], cancellation);
        var kinora = new HelperContender(files);
        var ffprobe = new CommandContender("ffprobe", files, path => ("ffprobe", ["-v", "error", "-show_format", "-show_streams", "-of", "json", "file:" + path]));

        // What of the time is the start of any process whatever, by this program's own way.
        var start = new CommandContender("true", files, _ => ("true", []));
        var ofMade = files.Where(made.Contains).Select(MetricOf).ToArray();
        var ofFound = files.Where(found.Contains).Select(MetricOf).ToArray();
        return new Contest(
            [kinora, ffprobe, start],
            [
                new Comparison("ffprobe / Kinora, median of the made files", ffprobe.Name, kinora.Name, ofMade) { Goal = Goal.AtLeast(5) },
                .. ofFound.Length == 0 ? (Comparison[])[] :
                [
                    new Comparison($"ffprobe / Kinora, median of the files in {MediaVariable}", ffprobe.Name, kinora.Name, ofFound) { Goal = Goal.AtLeast(5) },
                ],
                new Comparison("ffprobe / Kinora, CPU of all files", ffprobe.Name, kinora.Name, Metric.Cpu),
                new Comparison("true / ffprobe, median of the made files", start.Name, ffprobe.Name, ofMade),
                .. ofMade.Select(m => new Comparison($"ffprobe / Kinora, {m.Name}", ffprobe.Name, kinora.Name, m)),
                .. ofFound.Select(m => new Comparison($"ffprobe / Kinora, {m.Name}", ffprobe.Name, kinora.Name, m) { IsDetail = true }),
            ]);
    }

    /// <summary>The time of one file.</summary>
    public static Metric MetricOf(string path) => new(Path.GetFileName(path), "ms");

    /// <summary>By different names, since a row bears the name alone.</summary>
    private static string[] FindMedia() => Environment.GetEnvironmentVariable(MediaVariable) is { Length: > 0 } folder
        ? [.. Directory.EnumerateFiles(Path.GetFullPath(folder), "*", SearchOption.AllDirectories)
            .Where(f => Endings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .DistinctBy(Path.GetFileName)]
        : [];
}
