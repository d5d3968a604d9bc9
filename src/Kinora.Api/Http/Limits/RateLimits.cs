using Kinora.Api.Http.Errors;
using Kinora.Api.Http.Identity;
using Kinora.Core.Errors;
using Kinora.Core.Limits.Rates;
using Microsoft.Extensions.Options;

namespace Kinora.Api.Http.Limits;

/// <summary>
/// Refuses who asks too often (429). What is counted by address is counted before the token is looked at, which costs a query; what is
/// counted by user, after it. A token that is not valid counts for its sender's address.
/// </summary>
internal sealed class RateLimits(SharedRates rates, PlaybackLimits playback, IOptions<RateLimitOptions> options)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RateLimit _uploads = new("uploads", options.Value.UploadsPerMinute, Minute);
    private readonly RateLimit _api = new("api", options.Value.ApiPerMinute, Minute);
    private readonly RateLimit _credentials = new("credentials", options.Value.CredentialsPerMinute, Minute);

    /// <summary>Before the authentication.</summary>
    public async Task LimitAddressAsync(HttpContext context, RequestDelegate next)
    {
        switch (RatePolicies.PolicyOf(context))
        {
            case RatePolicy.Credentials:
                var subject = $"{context.GetEndpoint()!.DisplayName} {ClientAddress.Of(context)}";
                await GoOnAsync(context, next, await rates.TakeAsync(_credentials, subject, context.RequestAborted));
                break;
            case RatePolicy.Playback:
                await LimitPlaybackAsync(context, next);
                break;
            default:
                await next(context);
                break;
        }
    }

    /// <summary>Between authentication and authorization: who has no valid token is not to be refused for nothing.</summary>
    public async Task LimitUserAsync(HttpContext context, RequestDelegate next)
    {
        var limit = RatePolicies.PolicyOf(context) switch
        {
            RatePolicy.Uploads => _uploads,
            RatePolicy.Api => _api,
            _ => null,
        };
        var subject = CurrentUser.Of(context) is { } user ? $"user {user.Id}" : ClientAddress.Of(context);
        var wait = limit is null ? null : await rates.TakeAsync(limit, subject, context.RequestAborted);
        await GoOnAsync(context, next, wait);
    }

    private async Task LimitPlaybackAsync(HttpContext context, RequestDelegate next)
    {
        var address = ClientAddress.Of(context);
        if (playback.Enter(address) is { } wait)
        {
            // A player of another origin has to see why.
            if (PlaybackGate.IsSigned(context))
            {
                PlaybackGate.AllowAnyOrigin(context.Response);
            }

            await GoOnAsync(context, next, wait);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            playback.Leave(address);
        }
    }

    private static Task GoOnAsync(HttpContext context, RequestDelegate next, TimeSpan? wait) =>
        wait is { } retryAfter ? new ErrorResult(Refusal.TooManyRequests(retryAfter)).ExecuteAsync(context) : next(context);
}
