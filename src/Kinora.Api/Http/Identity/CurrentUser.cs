using Kinora.Core.Errors;

namespace Kinora.Api.Http.Identity;

/// <summary>Who asks: <c>(CurrentUser user, ...)</c> as a parameter of a handler. Only for endpoints that need authorization.</summary>
public readonly record struct CurrentUser(Guid Id)
{
    public static ValueTask<CurrentUser> BindAsync(HttpContext context) =>
        Of(context) is { } user ? ValueTask.FromResult(user) : throw Refusal.Unauthorized();

    internal static CurrentUser? Of(HttpContext context) =>
        Guid.TryParseExact(context.User.FindFirst("sub")?.Value, "D", out var id) ? new CurrentUser(id) : null;
}
