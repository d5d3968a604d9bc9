using Kinora.Api.Http.Identity;
using Kinora.Core.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kinora.Api.Endpoints.V1;

/// <summary>Who the token belongs to.</summary>
internal static class MeEndpoints
{
    public static void MapMe(this IEndpointRouteBuilder v1) =>
        v1.MapGet("/me", GetAsync).WithTags("Accounts").WithSummary("The user that the access token belongs to");

    private static async Task<Ok<MeResponse>> GetAsync(CurrentUser me, AccountService accounts, CancellationToken cancellation)
    {
        var user = await accounts.GetAsync(me.Id, cancellation);
        return TypedResults.Ok(new MeResponse(user.Id, user.Email, accounts.IsOperator(user), user.CreatedAt));
    }
}
