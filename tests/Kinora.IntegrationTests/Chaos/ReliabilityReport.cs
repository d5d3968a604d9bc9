using System.Globalization;
using System.Text;
using System.Text.Json;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Servers;

[assembly: AssemblyFixture(typeof(ReliabilityReport))]

namespace Kinora.IntegrationTests.Chaos;

/// <summary>
/// The rows of all faults of a run, as artifacts/reliability.json; in the full form also as docs/reliability.md's table,
/// between its two marks. Sections of which a run had no row stay as they are there.
/// </summary>
public sealed class ReliabilityReport : IDisposable
{
    private const string Begin = "<!-- begin of the table: written by the full chaos tests -->";
    private const string Heading = "### ";
    private const string End = "<!-- end of the table -->";
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
            foreach (var section in Rows.GroupBy(r => r.Section))
            {
                sections[section.Key] = Table(section);
            }

            var all = string.Concat(sections.Select(s => $"\n{Heading}{s.Key}\n\n{s.Value}"));
            File.WriteAllText(page, $"{text[..(begin + Begin.Length)]}\n{all}\n{text[end..]}");
        }
    }

    private static SortedDictionary<string, string> ReadSections(string text)
    {
        var sections = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var section in text.Split(Heading, StringSplitOptions.TrimEntries).Skip(1))
        {
            var lines = section.Split('\n', 2, StringSplitOptions.TrimEntries);
            sections[lines[0]] = lines[1] + "\n";
        }

        return sections;
    }

    private static string Table(IEnumerable<FaultRow> rows)
    {
        var table = new StringBuilder("| fault | injected | fired | recovery p50 | p99 | max | violations |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var row in rows.OrderBy(r => r.Fault, StringComparer.Ordinal))
        {
            table.Append(CultureInfo.InvariantCulture, $"| {row.Fault} | {row.Injected} | {row.Fired} | {At(row, 0.5)} | {At(row, 0.99)} | {At(row, 1)} | {row.Violations.Count} |\n");
        }

        return table.ToString();
    }

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
