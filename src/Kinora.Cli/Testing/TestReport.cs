using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Kinora.Cli.Testing;

/// <summary>Reads what test programs write for machines: their text on the screen changes from version to version.</summary>
internal static class TestReport
{
    /// <summary>TRX, as xunit writes it: one UnitTestResult with an outcome for each test. Null: none was written, the program crashed.</summary>
    public static TestCounts? ReadTrx(string path)
    {
        var results = Load(path)?.Descendants().Where(e => e.Name.LocalName == "UnitTestResult").Select(e => (string?)e.Attribute("outcome")).ToList();
        return results is null
            ? null
            : new TestCounts(
                results.Count(o => o == "Passed"), results.Count(o => o is not ("Passed" or "NotExecuted")), results.Count(o => o == "NotExecuted"));
    }

    /// <summary>Those that failed; none where there is no report.</summary>
    public static IReadOnlyList<TestFailure> FailedOfTrx(string path) =>
    [
        .. (Load(path)?.Descendants() ?? [])
            .Where(e => e.Name.LocalName == "UnitTestResult" && (string?)e.Attribute("outcome") is not ("Passed" or "NotExecuted"))
            .Select(e => new TestFailure(
                (string?)e.Attribute("testName") ?? "", e.Descendants().FirstOrDefault(c => c.Name.LocalName == "Message")?.Value ?? "")),
    ];

    /// <summary>JUnit, as ctest writes it. Null: none was written.</summary>
    public static TestCounts? ReadJUnit(string path)
    {
        if (Load(path)?.Root is not { } suite)
        {
            return null;
        }

        var skipped = Count(suite, "skipped") + Count(suite, "disabled");
        return new TestCounts(Count(suite, "tests") - Count(suite, "failures") - skipped, Count(suite, "failures"), skipped);
    }

    private static int Count(XElement suite, string name) =>
        int.TryParse((string?)suite.Attribute(name), CultureInfo.InvariantCulture, out var count) ? count : 0;

    private static XDocument? Load(string path)
    {
        try
        {
            return XDocument.Load(path);
        }
        catch (Exception e) when (e is IOException or XmlException)
        {
            return null;
        }
    }
}
