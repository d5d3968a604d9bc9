using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kinora.Core.Errors;

namespace Kinora.Tests.Docs;

/// <summary>What the documents name must exist.</summary>
public sealed partial class DocsTests
{
    private static readonly string[] Pages = [.. Repository.Files("", ".md")];

    [Fact]
    public void Relative_links_lead_to_files_that_exist()
    {
        var broken = Pages.SelectMany(page => Link().Matches(WithoutCode(Repository.Read(page))).Select(m => m.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#') && !target.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target.Split('#')[0])))
            .Select(target => $"{page}: {target}"));

        Assert.Empty(broken);
    }

    [Fact]
    public void The_guide_to_errors_has_every_code()
    {
        var guide = Repository.Read("docs/guides/errors.md");

        Assert.All(ErrorCode.All, code => Assert.Matches($@"{code.Name}\b.*\b{code.Status}\b", guide));
    }

    [Fact]
    public void Decisions_are_numbered_without_gaps()
    {
        var numbers = Repository.Files("docs/decisions", ".md").Select(f => Path.GetFileName(f)[..4]).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(n => $"{n:0000}"), numbers);
    }

    [Fact]
    public void Every_decision_has_the_parts_of_the_template()
    {
        Assert.All(Repository.Files("docs/decisions", ".md"), page =>
        {
            var text = Repository.Read(page);
            Assert.StartsWith($"# {Path.GetFileName(page)[..4]}: ", text);
            Assert.Matches("(?s)## Context\n.*## Decision\n.*## Why not .*## Consequences\n", text);
        });
    }

    [Fact]
    public void Files_and_folders_of_the_map_in_ARCHITECTURE_exist()
    {
        var paths = MapPaths().ToList();

        Assert.True(paths.Count > 30, "The map was not found.");
        Assert.DoesNotContain(paths, path => !Path.Exists(Repository.PathOf(path)));
    }

    [Fact]
    public void Every_folder_of_a_project_stands_in_the_map()
    {
        var map = MapPaths().Select(p => p.TrimEnd('/')).ToHashSet();

        var folders = Repository.Files("src", ".cs").Select(f => Path.GetDirectoryName(f)!).Distinct();

        Assert.DoesNotContain(folders, f => !map.Contains(f));
    }

    [Fact]
    public void Source_files_that_ARCHITECTURE_names_in_its_text_exist()
    {
        var names = Repository.Files("src", ".cs").Concat(Repository.Files("native", "")).Select(Path.GetFileName).ToHashSet();

        var named = SourceFile().Matches(Repository.Read("ARCHITECTURE.md") + Repository.Read("CONTRIBUTING.md"))
            .Select(m => m.Groups["name"].Value).Where(n => !n.StartsWith('X') && !n.StartsWith('Y'));

        Assert.DoesNotContain(named, n => !names.Contains(n));
    }

    [Fact]
    public void Every_route_that_the_README_names_is_in_the_OpenAPI_document()
    {
        var known = JsonDocument.Parse(Repository.Read("docs/openapi.v1.json")).RootElement.GetProperty("paths").EnumerateObject()
            .Select(path => Template().Replace(path.Name, "{}")).ToHashSet();

        var named = Route().Matches(Repository.Read("README.md")).Select(m => Variable().Replace(m.Value, "{}").TrimEnd('.')).Distinct().ToList();

        Assert.True(named.Count >= 6, "The README's routes were not found.");
        Assert.DoesNotContain(named, route => !known.Contains(route));
    }

    [Fact]
    public void Every_package_that_is_referenced_stands_in_the_notices()
    {
        var notices = Repository.Read("THIRD-PARTY-NOTICES.md");
        var packages = Repository.Files("", ".csproj").Concat(Repository.Files("", ".props"))
            .SelectMany(f => XDocument.Load(Repository.PathOf(f)).Descendants("PackageReference"))
            .Select(p => (string)p.Attribute("Include")!)
            .Distinct();

        Assert.DoesNotContain(packages, p => !notices.Contains($"| {p} |", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_npm_package_that_is_asked_for_stands_in_the_notices()
    {
        var notices = Repository.Read("THIRD-PARTY-NOTICES.md");
        var packages = Repository.Files("", "package.json")
            .Select(f => JsonDocument.Parse(Repository.Read(f)).RootElement)
            .SelectMany(p => new[] { "dependencies", "devDependencies" }.Where(kind => p.TryGetProperty(kind, out _)).SelectMany(kind => p.GetProperty(kind).EnumerateObject()))
            .Select(p => p.Name)
            .Distinct();

        Assert.DoesNotContain(packages, p => !notices.Contains($"| {p} |", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_metric_of_ours_stands_in_the_page_on_operations()
    {
        var page = Repository.Read("docs/operations.md");
        var names = Instrument().Matches(Repository.Read("src/Kinora.Core/Infra/Telemetry/KinoraMetrics.cs"))
            .Select(m => m.Groups["name"].Value.Replace('.', '_')).ToList();

        Assert.True(names.Count >= 6, "The instruments were not found.");
        Assert.DoesNotContain(names, name => !page.Contains($"`{name}", StringComparison.Ordinal));
    }

    /// <summary>The first code block under "The map": an indented tree, each line a path and what it is.</summary>
    private static IEnumerable<string> MapPaths()
    {
        var page = Repository.Read("ARCHITECTURE.md");
        var block = Map().Match(page).Groups["tree"].Value;
        var parents = new Stack<(int Indent, string Path)>();
        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var indent = line.Length - line.TrimStart().Length;
            while (parents.Count > 0 && parents.Peek().Indent >= indent)
            {
                parents.Pop();
            }

            var parent = parents.Count > 0 ? parents.Peek().Path : "";
            var name = line.Trim().Split("  ", 2)[0];
            foreach (var path in name.Split(' ').Select(n => parent + n))
            {
                yield return path;
            }

            if (name.EndsWith('/') && !name.Contains(' '))
            {
                parents.Push((indent, parent + name));
            }
        }
    }

    private static string WithoutCode(string page) => Fence().Replace(page, "");

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"## The map\n.*?```\w*\n(?<tree>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Map();

    [GeneratedRegex(@"\b(?<name>[A-Za-z_]+\.(?:cs|c|h))\b(?!proj)")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"/v1/[A-Za-z0-9/{}$_]+")]
    private static partial Regex Route();

    [GeneratedRegex(@"\$[A-Z]+|\{\w+\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Template();

    [GeneratedRegex(@"\.Create\w+(?:<\w+>)?\(\s*""(?<name>kinora[\w.]+)""")]
    private static partial Regex Instrument();
}
