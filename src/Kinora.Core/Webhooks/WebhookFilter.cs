using Kinora.Core.Events;

namespace Kinora.Core.Webhooks;

/// <summary>Which events a webhook gets: types, "video.*" for all that begin so, "*" for all.</summary>
public static class WebhookFilter
{
    /// <summary>Of a delivery that was asked for by hand; no filter has it.</summary>
    public const string TestType = "webhook.test";

    private const string Rest = ".*";

    /// <summary>Whether it fits any event that there is.</summary>
    public static bool IsKnown(string? pattern) => pattern is not null && EventType.All.Any(type => Fits(pattern, type));

    /// <summary>The same as the database's statement that makes deliveries.</summary>
    public static bool Fits(string pattern, string type) =>
        pattern == "*" || pattern == type || (pattern.EndsWith(Rest, StringComparison.Ordinal) && type.StartsWith(pattern[..^1], StringComparison.Ordinal));
}
