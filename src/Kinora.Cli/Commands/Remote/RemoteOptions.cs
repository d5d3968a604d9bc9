using System.CommandLine;

namespace Kinora.Cli.Commands.Remote;

/// <summary>What the commands that talk to a server have in common.</summary>
internal static class RemoteOptions
{
    private const int MostVideos = 1_000_000;

    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line, and nothing else on the output." };

    public static Argument<string> Id(string what)
    {
        var id = new Argument<string>("ID") { Description = $"The {what}'s id." };
        id.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Guid.TryParse(token.Value, out _))
            {
                result.AddError($"'{token.Value}' is no id of a {what}.");
            }
        });
        return id;
    }

    /// <summary>In any case; ids are told in the API's own.</summary>
    public static Option<string?> Status(params string[] known)
    {
        var status = new Option<string?>("--status") { Description = $"Only of this status: {string.Join(", ", known)}." };
        status.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !known.Contains(token.Value, StringComparer.OrdinalIgnoreCase))
            {
                result.AddError($"--status must be one of {string.Join(", ", known)}.");
            }
        });
        return status;
    }

    public static Option<int> Limit(int defaultLimit, string description)
    {
        var limit = new Option<int>("--limit") { Description = description, DefaultValueFactory = _ => defaultLimit };
        limit.Validators.Add(CommonOptions.Range(1, MostVideos));
        return limit;
    }

    public static string? StatusOf(this ParseResult result, Option<string?> status) => result.GetValue(status)?.ToUpperInvariant();
}
