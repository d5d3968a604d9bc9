namespace Kinora.Cli.Testing;

/// <summary>What of the tests is run.</summary>
/// <param name="Filter">Only tests whose full name holds this. Null: all.</param>
/// <param name="IsChaos">Only the tests of faults, in their full form: hundreds of kills and outages instead of a few.</param>
/// <param name="IsSecurity">Only the tests of hostile input, in their full form: hundreds of files and ten thousand requests.</param>
internal sealed record TestSelection(string? Filter, bool IsChaos, bool IsSecurity)
{
    private static readonly string[] SecurityClasses = ["*.Security.*", "*.Sandboxing.*", "*.Api.*", "*.Uploads.*"];

    /// <summary>Checks of other kinds belong to the whole.</summary>
    public bool IsWhole => Filter is null && !IsFull;

    /// <summary>How much of the chaos suites: all in full, or of each kind one in short. Null: the short form of those that the filter fits.</summary>
    public string? Chaos => IsFull ? "full" : IsWhole ? "turns" : null;

    public IReadOnlyList<string> Projects => IsFull ? ["Kinora.IntegrationTests"] : ["Kinora.Tests", "Kinora.IntegrationTests", "Kinora.BrowserTests"];

    /// <summary>A program of tests that runs longer hangs.</summary>
    public TimeSpan ProgramTimeout => TimeSpan.FromHours(IsFull ? 3 : 1);

    private bool IsFull => IsChaos || IsSecurity;

    /// <summary>For xunit's runner, which asks for a fit of each kind of filter.</summary>
    public IEnumerable<string> Arguments
    {
        get
        {
            string[] classes = [.. IsChaos ? ["*.Chaos.*"] : (string[])[], .. IsSecurity ? SecurityClasses : []];
            foreach (var name in classes)
            {
                yield return "-class";
                yield return name;
            }

            if (Filter is not null)
            {
                yield return "-method";
                yield return $"*{Filter}*";
            }
        }
    }
}
