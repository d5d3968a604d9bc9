namespace Kinora.Tests.Docs;

/// <summary>README.md and README.ko.md say the same: what is not translated is equal in both.</summary>
public sealed class ReadmeLanguagesTests
{
    private const string English = "README.md";
    private const string Korean = "README.ko.md";

    [Theory]
    [InlineData("headings", 8)]
    [InlineData("blocks", 80)]
    [InlineData("links", 25)]
    [InlineData("images", 40)]
    [InlineData("rows", 20)]
    public void Both_have_the_same_in_the_same_order(string kind, int atLeast)
    {
        var (english, korean) = (Page(English), Page(Korean));

        Assert.True(english.Sequences[kind].Count >= atLeast, $"The {kind} were not found.");
        AssertNone(FirstDifference(kind, english, korean));
    }

    [Fact]
    public void Both_name_the_same_commands_and_options()
    {
        var (english, korean) = (Page(English), Page(Korean));

        Assert.Contains(english.Code, code => code.Key.StartsWith("`./kinora ", StringComparison.Ordinal));
        AssertNone(FirstMissing(english, korean) ?? FirstMissing(korean, english));
    }

    [Theory]
    [InlineData(English)]
    [InlineData(Korean)]
    public void Links_within_a_page_lead_to_headings_of_it(string name)
    {
        var broken = Page(name).BrokenAnchors.FirstOrDefault();

        AssertNone(broken is null ? null : $"{name}:{broken.Line} links to {broken.Key}, and has no such heading.");
    }

    [Fact]
    public void Each_leads_to_the_other_at_its_top()
    {
        Assert.StartsWith($"# Kinora\n\n[한국어]({Korean})\n\n", Repository.Read(English));
        Assert.StartsWith($"# Kinora\n\n[English]({English})\n\n", Repository.Read(Korean));
    }

    /// <summary>
    /// A comparison that finds nothing could as well have looked at nothing: each row is a slip of a translator. Of one who translates
    /// no word, so that a slip that is there already is told by the tests above and not by this one too.
    /// </summary>
    [Theory]
    [InlineData("headings", "\n## ", "\n### ")]
    [InlineData("blocks", "\n./kinora test ", "\n./kinora tests ")]
    [InlineData("blocks", "\n```mermaid\n", "\n```text\n")]
    [InlineData("blocks", "    A->>S: ", "    S->>A: ")]
    [InlineData("blocks", "${MASTER#*://*/}", "${MASTER#*/}")]
    [InlineData("links", "](docs/cli.md)", "](docs/media.md)")]
    [InlineData("images", "library-desk-light", "library-desk-dark")]
    [InlineData("rows", "\n| `./kinora down ", "\n| | `./kinora down ")]
    [InlineData("rows", "\n| `./kinora down ", "\n| `./kinora stop ")]
    public void A_slip_is_named_with_its_place_in_both(string kind, string before, string slip)
    {
        var text = Repository.Read(English);
        var at = text.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{English} does not have {before}.");
        var changed = new ReadmePage(Korean, text[..at] + slip + text[(at + before.Length)..]);

        var difference = FirstDifference(kind, Page(English), changed);

        Assert.Matches(@"^The \w+ differ: README\.md:\d+ has .+, README\.ko\.md:\d+ has .+$", difference);
        Assert.Contains($"{Korean}:{text[..(at + 1)].Count(c => c == '\n') + 1} ", difference);
    }

    [Fact]
    public void A_comment_may_be_translated_and_a_command_in_a_sentence_may_not()
    {
        var english = new ReadmePage(English, "Run `kinora up`.\n\n```sh\nkinora up   # starts\n# done\n```\n");

        Assert.Null(FirstDifference("blocks", english, new ReadmePage(Korean, "```sh\nkinora up # 시작\n# 끝\n```\n")));
        Assert.Equal(
            "README.md:1 has `kinora up`, README.ko.md nowhere.", FirstMissing(english, new ReadmePage(Korean, "`kinora down`을 실행합니다.\n")));
    }

    private static ReadmePage Page(string name) => new(name, Repository.Read(name));

    private static string? FirstDifference(string kind, ReadmePage english, ReadmePage korean)
    {
        var (left, right) = (english.Sequences[kind], korean.Sequences[kind]);
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var (one, other) = (left.ElementAtOrDefault(i), right.ElementAtOrDefault(i));
            if (one?.Key != other?.Key)
            {
                return $"The {kind} differ: {Describe(english, one)}, {Describe(korean, other)}";
            }
        }

        return null;
    }

    private static string Describe(ReadmePage page, ReadmeMark? mark) =>
        mark is null ? $"{page.Name} has no more" : $"{page.Name}:{mark.Line} has \"{mark.Shown.Trim()}\"";

    private static string? FirstMissing(ReadmePage page, ReadmePage other)
    {
        var missing = page.Code.ExceptBy(other.Code.Select(code => code.Key), code => code.Key).FirstOrDefault();
        return missing is null ? null : $"{page.Name}:{missing.Line} has {missing.Key}, {other.Name} nowhere.";
    }

    private static void AssertNone(string? difference) => Assert.True(difference is null, difference);
}
