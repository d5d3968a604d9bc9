using System.Globalization;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Security;
using Kinora.IntegrationTests.Servers;

[assembly: AssemblyFixture(typeof(SecurityReport))]

namespace Kinora.IntegrationTests.Security;

/// <summary>
/// What the full form of the security tests has measured, as the tables of docs/security.md, between its two marks. Sections that a run did
/// not have stay as they are there.
/// </summary>
public sealed class SecurityReport : IDisposable
{
    private const string Begin = "<!-- begin of the tables: written by the full security tests -->";
    private const string End = "<!-- end of the tables -->";
    private const string Heading = "### ";

    /// <summary>Fewer come of other tests along the way.</summary>
    private const int LeastRefusals = 1000;
    private static readonly SortedDictionary<string, List<(string What, string Figure)>> Sections = new(StringComparer.Ordinal);

    public static void Add(string section, string what, string figure)
    {
        lock (Sections)
        {
            if (!Sections.TryGetValue(section, out var rows))
            {
                rows = Sections[section] = [];
            }

            rows.Add((Cell(what), Cell(figure)));
        }
    }

    /// <summary>At the end of the run.</summary>
    public void Dispose()
    {
        if (!ChaosScale.IsFull)
        {
            return;
        }

        if (Envelope.Asserted >= LeastRefusals)
        {
            Add("Abusive requests", "refusals of which status and code were exactly as they must be", Envelope.Asserted.ToString("N0", CultureInfo.InvariantCulture));
        }

        if (Sections.Count == 0)
        {
            return;
        }

        var page = Path.Combine(Repository.Root, "docs", "security.md");
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var known in text[begin..end].Split(Heading, StringSplitOptions.TrimEntries).Skip(1))
        {
            all[known.Split('\n')[0]] = known;
        }

        foreach (var (section, rows) in Sections)
        {
            all[section] = $"{section}\n\n| what | figure |\n| --- | --- |\n{string.Join('\n', rows.Select(row => $"| {row.What} | {row.Figure} |"))}";
        }

        File.WriteAllText(page, $"{text[..begin]}\n\n{string.Concat(all.Values.Select(section => $"{Heading}{section}\n\n"))}{text[end..]}");
    }

    /// <summary>Markdown of one cell of a table.</summary>
    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
