namespace Kinora.Benchmarks.Reports;

/// <summary>
/// The tables of docs/benchmarks.md, between its two marks, as ReliabilityReport of the tests writes those of docs/reliability.md. Those of
/// suites that a run did not have stay as they are there.
/// </summary>
internal static class BenchmarksPage
{
    public const string Begin = "<!-- begin of the tables: written by ./kinora bench -->";
    public const string End = "<!-- end of the tables -->";
    private const string Heading = "### ";
    private const int HeadLines = 2;

    /// <param name="text">The page as it is.</param>
    /// <param name="machine">Where and with what the tables were measured: stands above all of them.</param>
    /// <exception cref="InvalidOperationException">The page has lost its marks.</exception>
    public static string Merge(string text, string machine, IEnumerable<Table> tables)
    {
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
        {
            throw new InvalidOperationException("The page of benchmarks has not both of its marks.");
        }

        var sections = ReadSections(text[(begin + Begin.Length)..end]);
        foreach (var table in tables)
        {
            // Rows are sorted by their first cells; the head comes before all of them.
            var section = sections[table.Title] = new(StringComparer.Ordinal) { [""] = $"{Line(table.Columns)}{Line(table.Columns.Select(_ => "---"))}" };
            foreach (var row in table.Rows)
            {
                section[row[0]] = Line(row);
            }
        }

        var all = string.Concat(sections.Select(s => $"\n{Heading}{s.Key}\n\n{string.Concat(s.Value.Values)}"));
        return $"{text[..(begin + Begin.Length)]}\n\n{machine}\n{all}\n{text[end..]}";
    }

    /// <summary>The lines of each section, by their first cells; its head, which sorts before all, by "".</summary>
    private static SortedDictionary<string, SortedDictionary<string, string>> ReadSections(string text)
    {
        var sections = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var section in text.Split(Heading, StringSplitOptions.TrimEntries).Skip(1))
        {
            var lines = section.Split('\n');
            string[] rows = [.. lines.Where(l => l.StartsWith("| ", StringComparison.Ordinal))];
            sections[lines[0]] = new(rows.Skip(HeadLines).ToDictionary(l => l.Split('|')[1].Trim(), l => l + "\n"), StringComparer.Ordinal)
            {
                [""] = string.Concat(rows.Take(HeadLines).Select(l => l + "\n")),
            };
        }

        return sections;
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(c => c.Replace('|', '/')))} |\n";
}
