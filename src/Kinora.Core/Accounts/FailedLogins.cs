using Kinora.Core.Errors;
using Kinora.Core.Limits.Rates;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Accounts;

/// <summary>
/// Slows down who guesses the password of one account from many addresses, over all API processes. Counts before the password is checked, so
/// that guesses sent at once count as well, and for unknown addresses too, so that the answer does not tell them apart.
/// </summary>
public sealed class FailedLogins(SharedRates rates, IOptions<AuthOptions> options)
{
    private readonly RateLimit _limit = new("failed-logins", options.Value.FailedLoginLimit, options.Value.FailedLoginWindow);

    /// <exception cref="ApiException">TOO_MANY_REQUESTS, until the first of the failures is a window old.</exception>
    public async Task BeginAsync(string normalizedEmail, CancellationToken cancellation)
    {
        if (await rates.TakeAsync(_limit, normalizedEmail, cancellation) is { } wait)
        {
            throw Refusal.TooManyRequests(wait);
        }
    }

    public Task ForgetAsync(string normalizedEmail, CancellationToken cancellation) => rates.ForgetAsync(_limit, normalizedEmail, cancellation);
}
