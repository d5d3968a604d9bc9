using System.Globalization;
using System.Text.Json;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Servers;

[assembly: AssemblyFixture(typeof(ReliabilityReport))]

namespace Kinora.IntegrationTests.Chaos;

/// <summary>
/// The rows of all faults of a run, as artifacts/reliability.json; in the full form also as docs/reliability.md's table,
/// between its two marks. Rows that a run did not have stay as they are there.
/// </summary>
public sealed class ReliabilityReport : IDisposable
{
    private const string Begin = "<!-- begin of the table: written by the full chaos tests -->";
    private const string Heading = "### ";
    private const string End = "<!-- end of the table -->";
    private const int HeadLines = 2;

    private const string Columns =
        "| fault | injected | fired | recovery p50 | p99 | max | violations |\n| --- | --- | --- | --- | --- | --- | --- |\n";

    private static readonly List<FaultRow> Rows = [];
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public static void Add(FaultRow row)
    {
        lock (Rows)
        {
            Rows.Add(row);
        }
    }

    /// <summary>At the end of the run.</summary>
    public void Dispose()
    {
        if (Rows.Count == 0)
        {
            return;
        }

        var artifacts = Path.Combine(Repository.Root, "artifacts");
        Directory.CreateDirectory(artifacts);
        File.WriteAllText(Path.Combine(artifacts, "reliability.json"), JsonSerializer.Serialize(Rows, Json));
        if (ChaosScale.IsFull)
        {
            var page = Path.Combine(Repository.Root, "docs", "reliability.md");
            var text = File.ReadAllText(page);
            var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
            var sections = ReadSections(text[(begin + Begin.Length)..end]);
            foreach (var row in Rows)
            {
                var lines = sections.TryGetValue(row.Section, out var known) ? known : sections[row.Section] = new(StringComparer.Ordinal);
                lines[row.Fault] = Line(row);
            }

            var all = string.Concat(sections.Select(s => $"\n{Heading}{s.Key}\n\n{Columns}{string.Concat(s.Value.Values)}"));
            File.WriteAllText(page, $"{text[..(begin + Begin.Length)]}\n{all}\n{text[end..]}");
        }
    }

    /// <summary>The lines of each section, by their faults.</summary>
    private static SortedDictionary<string, SortedDictionary<string, string>> ReadSections(string text)
    {
        var sections = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var section in text.Split(Heading, StringSplitOptions.TrimEntries).Skip(1))
        {
            var lines = section.Split('\n');
            sections[lines[0]] = new(
                lines.Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(HeadLines).ToDictionary(l => l.Split('|')[1].Trim(), l => l + "\n"),
                StringComparer.Ordinal);
        }

        return sections;
    }

    private static string Line(FaultRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {row.Fault} | {row.Injected} | {row.Fired} | {At(row, 0.5)} | {At(row, 0.99)} | {At(row, 1)} | {row.Violations.Count} |\n");

    private static string At(FaultRow row, double share)
    {
        if (row.Recoveries.Count == 0)
        {
            return "";
        }

        var sorted = row.Recoveries.Order().ToArray();
        var index = Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[index].TotalSeconds:0.00} s");
    }
}
