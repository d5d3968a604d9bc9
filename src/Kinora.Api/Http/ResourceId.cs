namespace Kinora.Api.Http;

/// <summary>
/// An id in a route: <c>(ResourceId videoId, ...)</c> for <c>/videos/{videoId}</c>. What is no UUID is a VALIDATION_ERROR, not a missing
/// resource (a route constraint would make it one).
/// </summary>
public readonly record struct ResourceId(Guid Value)
{
    public static bool TryParse(string? text, out ResourceId id)
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = new ResourceId(value);
        return parsed;
    }

    public static implicit operator Guid(ResourceId id) => id.Value;

    public override string ToString() => Value.ToString();
}
