using System.Text.RegularExpressions;

namespace Kinora.Tests.Docs;

/// <summary>One thing of a page that has to stand in the other language's page too.</summary>
/// <param name="Line">Where it begins, from 1 on.</param>
/// <param name="Key">What of it is not translated.</param>
/// <param name="Shown">The line, for who has to find it.</param>
internal sealed record ReadmeMark(int Line, string Key, string Shown);

/// <summary>A README, taken apart into what a translation keeps.</summary>
internal sealed partial class ReadmePage
{
    private static readonly string[] ThisPageInEitherLanguage = ["README.md", "README.ko.md"];

    private readonly List<ReadmeMark> _headings = [];
    private readonly List<ReadmeMark> _blocks = [];
    private readonly List<ReadmeMark> _code = [];
    private readonly List<ReadmeMark> _links = [];
    private readonly List<ReadmeMark> _images = [];
    private readonly List<ReadmeMark> _rows = [];
    private readonly HashSet<string> _anchors = [];
    private readonly List<ReadmeMark> _linksWithin = [];

    public ReadmePage(string name, string text)
    {
        Name = name;
        var language = (string?)null;
        foreach (var (index, line) in text.Split('\n').Index())
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                language = language is null ? line[3..] : null;
                _blocks.Add(new ReadmeMark(index + 1, line, line));
            }
            else if (language is not null)
            {
                _blocks.Add(new ReadmeMark(index + 1, WithoutWords(language, line), line));
            }
            else
            {
                AddProse(index + 1, line);
            }
        }
    }

    public string Name { get; }

    /// <summary>Things that stand in both pages in the same order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ReadmeMark>> Sequences => new Dictionary<string, IReadOnlyList<ReadmeMark>>
    {
        ["headings"] = _headings,
        ["blocks"] = _blocks,
        ["links"] = _links,
        ["images"] = _images,
        ["rows"] = _rows,
    };

    /// <summary>All of it, commands and names: sentences of another language have them in another order.</summary>
    public IReadOnlyList<ReadmeMark> Code => _code;

    /// <summary>Links to a heading that this page does not have.</summary>
    public IEnumerable<ReadmeMark> BrokenAnchors => _linksWithin.Where(link => !_anchors.Contains(link.Key));

    private void AddProse(int number, string line)
    {
        if (Heading().Match(line) is { Success: true } heading)
        {
            _headings.Add(new ReadmeMark(number, heading.Groups["level"].Value, line));
            _anchors.Add(Anchor(heading.Groups["title"].Value));
        }
        else if (line.StartsWith('|'))
        {
            // With its command: were only cells counted, a row that is left out would be found at the end of the table.
            _rows.Add(new ReadmeMark(number, $"{line.Count(c => c == '|') - 1} cells {CommandOfRow().Match(line).Value}", line));
        }

        _code.AddRange(InlineCode().Matches(line).Select(code => new ReadmeMark(number, code.Value, code.Value)));
        _images.AddRange(Image().Matches(line).Select(image => new ReadmeMark(number, image.Groups["source"].Value, image.Value)));
        foreach (var target in Link().Matches(line).Select(link => link.Groups["target"].Value))
        {
            _links.Add(new ReadmeMark(number, Untranslated(target), target));
            if (target.StartsWith('#'))
            {
                _linksWithin.Add(new ReadmeMark(number, target, target));
            }
        }
    }

    private static string Untranslated(string target) =>
        target.StartsWith('#') ? "#"
        : ThisPageInEitherLanguage.Contains(target) ? "the other language"
        : target;

    /// <summary>Of a diagram, who speaks to whom: all else in it are words. Of a program, all but its comments.</summary>
    private static string WithoutWords(string language, string line) =>
        language == "mermaid" ? Arrow().Match(line).Value : Comment().Replace(line, "");

    /// <summary>As GitHub names a heading.</summary>
    private static string Anchor(string title) => "#" + NotInAnchors().Replace(title.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("^(?<level>#{1,6}) (?<title>.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| `[^`]+`")]
    private static partial Regex CommandOfRow();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex("""<img [^>]*?\bsrc="(?<source>[^"]+)"[^>]*>|!\[[^\]]*\]\((?<source>[^)\s]+)\)""")]
    private static partial Regex Image();

    [GeneratedRegex(@"(?<!!)\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\s*\w+--?>>\w+:")]
    private static partial Regex Arrow();

    /// <summary>With the spaces before it: a "#" within a word, as in ${NAME#*/}, begins none.</summary>
    [GeneratedRegex(@"(^|\s+)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"[^\p{L}\p{M}\p{N}\p{Pc} -]")]
    private static partial Regex NotInAnchors();
}
