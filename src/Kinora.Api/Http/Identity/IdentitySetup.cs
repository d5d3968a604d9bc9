using Kinora.Core.Accounts;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace Kinora.Api.Http.Identity;

/// <summary>Bearer authentication. A token is good while its user exists.</summary>
internal static class IdentitySetup
{
    public static void AddAccessTokens(this IServiceCollection services)
    {
        services.AddSingleton<AccessTokens>();
        services.AddAuthorization();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IOptions<AuthOptions>>(Configure);
        // Comes with authentication and serves cookies, which there are none of: it would write a key ring into the user's home.
        services.RemoveAll(service => service.ImplementationType?.FullName == "Microsoft.AspNetCore.DataProtection.Internal.DataProtectionHostedService");
    }

    private static void RemoveAll(this IServiceCollection services, Predicate<ServiceDescriptor> unwanted)
    {
        foreach (var service in services.Where(service => unwanted(service)).ToList())
        {
            services.Remove(service);
        }
    }

    private static void Configure(JwtBearerOptions bearer, IOptions<AuthOptions> auth)
    {
        bearer.MapInboundClaims = false;
        bearer.TokenHandlers.Clear();
        bearer.TokenHandlers.Add(AccessTokens.Reader());
        bearer.TokenValidationParameters = AccessTokens.Rules(auth.Value);
        bearer.Events = new JwtBearerEvents { OnMessageReceived = IgnoreWhereNotAsked, OnTokenValidated = RequireUserAsync, OnChallenge = Challenge };
    }

    /// <summary>For routes that must answer while the database, in which the token's user is looked up, is away.</summary>
    public static TBuilder IgnoresTokens<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new IgnoresTokensMetadata());

    private static Task IgnoreWhereNotAsked(MessageReceivedContext context)
    {
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IgnoresTokensMetadata>() is not null)
        {
            context.NoResult();
        }

        return Task.CompletedTask;
    }

    private static async Task RequireUserAsync(TokenValidatedContext context)
    {
        if (!AccessTokens.IsOurs(context.SecurityToken))
        {
            context.Fail("A token with a key of its own.");
            return;
        }

        var accounts = context.HttpContext.RequestServices.GetRequiredService<AccountService>();
        if (!Guid.TryParseExact(context.Principal?.FindFirst("sub")?.Value, "D", out var userId)
            || !await accounts.ExistsAsync(userId, context.HttpContext.RequestAborted))
        {
            context.Fail("No such user.");
        }
    }

    /// <summary>RFC 6750 §3: a reason only where a token was sent, and no more of it than that it is not valid.</summary>
    private static Task Challenge(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = context.AuthenticateFailure is null ? "Bearer" : "Bearer error=\"invalid_token\"";
        return Task.CompletedTask;
    }

    private sealed class IgnoresTokensMetadata;
}
