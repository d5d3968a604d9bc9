namespace Kinora.Cli.Testing;

/// <summary>What of the tests is run.</summary>
/// <param name="Filter">Only tests whose full name holds this. Null: all.</param>
/// <param name="IsChaos">Only the tests of faults, in their full form: hundreds of kills and outages instead of a few.</param>
internal sealed record TestSelection(string? Filter, bool IsChaos)
{
    /// <summary>Checks of other kinds belong to the whole.</summary>
    public bool IsWhole => Filter is null && !IsChaos;

    /// <summary>How much of the chaos suites: all in full, or of each kind one in short. Null: the short form of those that the filter fits.</summary>
    public string? Chaos => IsChaos ? "full" : IsWhole ? "turns" : null;

    public IReadOnlyList<string> Projects => IsChaos ? ["Kinora.IntegrationTests"] : ["Kinora.Tests", "Kinora.IntegrationTests", "Kinora.BrowserTests"];

    /// <summary>A program of tests that runs longer hangs.</summary>
    public TimeSpan ProgramTimeout => TimeSpan.FromHours(IsChaos ? 3 : 1);

    /// <summary>For xunit's runner, which asks for a fit of each kind of filter.</summary>
    public IEnumerable<string> Arguments
    {
        get
        {
            if (IsChaos)
            {
                yield return "-class";
                yield return "*.Chaos.*";
            }

            if (Filter is not null)
            {
                yield return "-method";
                yield return $"*{Filter}*";
            }
        }
    }
}
