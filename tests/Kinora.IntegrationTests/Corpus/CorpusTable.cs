using System.Globalization;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>docs/media.md's table, between its two marks.</summary>
internal sealed class CorpusTable
{
    private const string Begin = "<!-- begin of the table: written by the test of the corpus -->";
    private const string End = "<!-- end of the table -->";

    private const string Columns =
        "| file | what it is | expected | outcome | way | renditions | frames | duration, s | sound later by, ms | SSIM | structure: upright / otherwise | frame off by, ms | notes |\n"
        + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";

    private readonly List<CorpusRow> _rows = [];

    public void Add(CorpusRow row) => _rows.Add(row);

    public void Write()
    {
        var page = Path.Combine(Repository.Root, "docs", "media.md");
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        var lines = string.Concat(_rows.OrderBy(r => r.File, StringComparer.Ordinal).Select(row => row + "\n"));
        File.WriteAllText(page, $"{text[..begin]}\n\n{Columns}{lines}\n{text[end..]}");
    }
}

/// <summary>One file of the corpus; what was refused has no more than an outcome.</summary>
internal sealed record CorpusRow(string File, string Expected)
{
    public required string Outcome { get; init; }
    public string Source { get; init; } = "";
    public string Way { get; init; } = "";
    public string Renditions { get; init; } = "";
    public string Frames { get; init; } = "";
    public string Duration { get; init; } = "";
    public string Sound { get; init; } = "";
    public double? Similarity { get; init; }
    public string Structure { get; init; } = "";
    public double? FarthestFrame { get; init; }
    public string Notes { get; init; } = "";

    /// <summary>The source's, and the renditions': one number where all have the same.</summary>
    public static string Range(IReadOnlyList<CorpusFinding> findings, double source, Func<CorpusFinding, double> of, string format)
    {
        var played = findings.Select(f => of(f).ToString(format, CultureInfo.InvariantCulture)).Distinct();
        return $"{source.ToString(format, CultureInfo.InvariantCulture)} → {string.Join(" and ", played)}";
    }

    public static string Worst(IReadOnlyList<CorpusFinding> findings) =>
        findings.SelectMany(f => f.Sound).MaxBy(s => Math.Abs(s.Seconds)) is { } worst
            ? string.Create(CultureInfo.InvariantCulture, $"{worst.Seconds * 1000:0.0} (alike by {worst.Likeness:0.00})")
            : "silence";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {File} | {Source} | {Expected} | {Outcome} | {Way} | {Renditions} | {Frames} | {Duration} | {Sound} | {Similarity:0.000} | {Structure} "
        + $"| {FarthestFrame * 1000:0.00} | {Notes} |");
}
