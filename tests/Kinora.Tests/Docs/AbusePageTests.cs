using System.Text.RegularExpressions;

namespace Kinora.Tests.Docs;

/// <summary>docs/abuse.md has every row, and names no test that there is not.</summary>
public sealed partial class AbusePageTests
{
    private static readonly string Page = Repository.Read("docs/abuse.md");

    [Fact]
    public void The_rows_are_numbered_without_gaps() =>
        Assert.Equal(Enumerable.Range(1, 86), Row().Matches(Page).Select(row => int.Parse(row.Groups["number"].Value)));

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var classes = Repository.Files("tests", "Tests.cs").ToLookup(Path.GetFileNameWithoutExtension);
        var named = Test().Matches(Page).Select(m => (Class: m.Groups["class"].Value, Method: m.Groups["method"].Value)).Distinct().ToList();

        Assert.True(named.Count > 70, "The tests were not found.");
        Assert.All(named, test => Assert.Contains(
            classes[test.Class], file => Repository.Read(file).Contains($" {test.Method}(", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"^\| (?<number>\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<method>\w+)`")]
    private static partial Regex Test();
}
