using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using Kinora.Cli.Commands;

namespace Kinora.Tests.Docs;

/// <summary>docs/cli.md against the commands: each stands there with its options, and the exit codes as --help has them.</summary>
public sealed partial class CliPageTests
{
    private static readonly string Page = Repository.Read("docs/cli.md");

    [Fact]
    public void Every_command_that_talks_to_a_server_has_a_section_with_its_options()
    {
        var inCode = CommandTree.CreateRemote().SelectMany(c => c.Subcommands.Prepend(c), (parent, c) => (parent, c))
            .SelectMany(p => Describe(p.c == p.parent ? p.c.Name : $"{p.parent.Name} {p.c.Name}", p.c));

        var inPage = Section().Matches(Page).SelectMany(s =>
            Option().Matches(s.Groups["text"].Value).Select(o => $"{s.Groups["name"].Value} {o.Groups["name"].Value}").Distinct().Prepend(s.Groups["name"].Value));

        Assert.Equal(inCode.Order(StringComparer.Ordinal), inPage.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_exit_codes_are_those_of_the_help()
    {
        var inPage = Row().Matches(Page).Select(r => $"{r.Groups["code"].Value} {r.Groups["meaning"].Value}");

        Assert.Equal(ExitCodesHelp.Meanings.Select(m => $"{m.Key} {m.Value}"), inPage);
    }

    [Fact]
    public void The_shell_knows_which_commands_need_no_server_here()
    {
        var known = CaseOfShell().Match(Repository.Read("kinora")).Groups["names"].Value.Split('|', StringSplitOptions.TrimEntries);

        Assert.Equal(CommandTree.CreateRemote().Select(c => c.Name), known);
    }

    private static IEnumerable<string> Describe(string name, Command command) =>
        command.Options.Where(o => o is not HelpOption).Select(o => $"{name} {o.Name}").Prepend(name);

    [GeneratedRegex(@"^### `kinora (?<name>[a-z ]+)`\n(?<text>(?:(?!^##).*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Section();

    /// <summary>In a row of a table, or in the text of a command with few of them: wherever it is named by itself.</summary>
    [GeneratedRegex("`(?<name>--[a-z-]+)`")]
    private static partial Regex Option();

    [GeneratedRegex(@"^\| (?<code>\d+) \| (?<meaning>.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^  (?<names>login [a-z |]+)\) is_remote=1", RegexOptions.Multiline)]
    private static partial Regex CaseOfShell();
}
