using System.Text.RegularExpressions;

namespace Kinora.Tests.Docs;

/// <summary>What a guide is to have; that its blocks do what they say is asked elsewhere, of a whole Kinora.</summary>
public sealed partial class GuidePagesTests
{
    private const int MostWords = 900;
    private static readonly string[] Languages = ["sh", "csharp", "typescript"];

    public static TheoryData<string> Pages => [.. Repository.Files("docs/guides", ".md")];

    [Fact]
    public void There_is_a_guide_for_each_task() =>
        Assert.Superset(
            new HashSet<string> { "upload", "wait", "play", "webhooks", "errors", "tokens" }, Pages.Select(page => Path.GetFileNameWithoutExtension(page.Data)).ToHashSet());

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_guide_has_all_languages_and_what_they_show_and_is_short(string page)
    {
        var text = Repository.Read(page);

        var blocks = Block().Matches(text).Select(block => block.Groups["language"].Value).ToList();
        Assert.All(Languages, language => Assert.Contains(language, blocks));
        Assert.Contains("text", blocks);
        Assert.Empty(blocks.Except([.. Languages, "text"]));
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        Assert.True(words < MostWords, $"{page} has {words} words: more than a page.");
        Assert.Contains($"]({page})", Repository.Read("README.md"));
    }

    [GeneratedRegex(@"^```(?<language>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Block();
}
