using Kinora.Api.Http.Identity;
using Kinora.Api.Http.Limits;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Accounts;
using Kinora.Core.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kinora.Api.Endpoints.V1;

/// <summary>Accounts and sessions.</summary>
internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder v1)
    {
        var auth = v1.MapGroup("/auth").WithTags("Accounts").AllowAnonymous();
        auth.MapPost("/register", RegisterAsync).WithSummary("Open an account")
            .Limits(RatePolicy.Credentials).Refuses(ErrorCode.Conflict, ErrorCode.TooManyRequests);
        auth.MapPost("/login", LoginAsync).WithSummary("Log in")
            .WithDescription("The answer is the same for an unknown e-mail and for a wrong password.")
            .Limits(RatePolicy.Credentials).Refuses(ErrorCode.Unauthorized, ErrorCode.TooManyRequests);
        auth.MapPost("/refresh", RefreshAsync).WithSummary("Exchange a refresh token for the next pair of tokens")
            .WithDescription("The token rotates. Using a spent one again revokes its whole family: log in again.")
            .Refuses(ErrorCode.Unauthorized);
        auth.MapPost("/logout", LogoutAsync).WithSummary("End the session that a refresh token belongs to");
    }

    private static async Task<Created<RegisterResponse>> RegisterAsync(
        RegisterRequest request, AccountService accounts, CancellationToken cancellation)
    {
        var user = await accounts.RegisterAsync(request.Email, request.Password, cancellation);
        return TypedResults.Created("/v1/me", new RegisterResponse(user.Id, user.Email));
    }

    private static async Task<Ok<TokenResponse>> LoginAsync(
        LoginRequest request, AccountService accounts, AccessTokens tokens, CancellationToken cancellation) =>
        Answer(await accounts.LoginAsync(request.Email, request.Password, cancellation), tokens);

    private static async Task<Ok<TokenResponse>> RefreshAsync(
        RefreshRequest request, RefreshTokenService refreshTokens, AccessTokens tokens, CancellationToken cancellation) =>
        Answer(await refreshTokens.ExchangeAsync(request.RefreshToken, cancellation), tokens);

    private static async Task<NoContent> LogoutAsync(
        LogoutRequest request, RefreshTokenService refreshTokens, CancellationToken cancellation)
    {
        await refreshTokens.RevokeAsync(request.RefreshToken, cancellation);
        return TypedResults.NoContent();
    }

    private static Ok<TokenResponse> Answer(Session session, AccessTokens tokens) => TypedResults.Ok(
        new TokenResponse(tokens.Issue(session.UserId), session.RefreshToken, "Bearer", (int)tokens.Lifetime.TotalSeconds));
}
