using System.CommandLine;

namespace Kinora.Cli.Commands;

/// <summary>What the command takes and the program of the benchmarks too, to which it is handed on.</summary>
internal sealed class BenchOptions
{
    private const int DefaultRounds = 5;
    private const int MostRounds = 100;

    public BenchOptions() => Rounds.Validators.Add(CommonOptions.Range(1, MostRounds));

    public Argument<string[]> Names { get; } = new("NAME")
    {
        Description = "Suites: probe, jobs, storyboard, ladder, first-frame, workers, spans [default: all].",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<int> Rounds { get; } = new("--rounds")
    {
        Description = "How often each contender is measured; fewer than 5 do not write the tables of docs/benchmarks.md.",
        DefaultValueFactory = _ => DefaultRounds,
    };

    public Option<string?> Json { get; } = new("--json") { Description = "A file for all values of all rounds." };

    public Option<bool> Brief { get; } = new("--brief") { Description = "Tiny media and few jobs: only shows whether the suites work." };

    public Command AddTo(Command command)
    {
        command.Arguments.Add(Names);
        command.Options.Add(Rounds);
        command.Options.Add(Json);
        command.Options.Add(Brief);
        return command;
    }

    public IReadOnlyList<string> ToArguments(ParseResult result) =>
    [
        .. result.GetValue(Names) ?? [],
        "--rounds", $"{result.GetValue(Rounds)}",
        .. result.GetValue(Json) is { } file ? (string[])["--json", Path.GetFullPath(file)] : [],
        .. result.GetValue(Brief) ? (string[])["--brief"] : [],
    ];
}
