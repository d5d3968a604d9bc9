using Kinora.Core.Events;

namespace Kinora.Core.Webhooks;

/// <summary>Which events a webhook gets: types, "video.*" for all that begin so, "*" for all.</summary>
public static class WebhookFilter
{
    /// <summary>Of a delivery that was asked for by hand; no filter has it.</summary>
    public const string TestType = "webhook.test";

    private const string Rest = ".*";

    /// <summary>The closed list of what a filter may name: the types, and each beginning that some have in common.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "*",
        .. EventType.All.SelectMany(Beginnings).Distinct(),
        .. EventType.All,
    ];

    /// <summary>Whether it fits any event that there is.</summary>
    public static bool IsKnown(string? pattern) => pattern is not null && All.Contains(pattern);

    /// <summary>The same as the database's statement that makes deliveries.</summary>
    public static bool Fits(string pattern, string type) =>
        pattern == "*" || pattern == type || (pattern.EndsWith(Rest, StringComparison.Ordinal) && type.StartsWith(pattern[..^1], StringComparison.Ordinal));

    /// <summary>Of "video.thumbnail.ready": "video.*" and "video.thumbnail.*".</summary>
    private static IEnumerable<string> Beginnings(string type)
    {
        for (var dot = type.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = type.IndexOf('.', dot + 1))
        {
            yield return type[..dot] + Rest;
        }
    }
}
