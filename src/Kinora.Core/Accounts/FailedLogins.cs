using System.Collections.Concurrent;
using Kinora.Core.Errors;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Accounts;

/// <summary>
/// Slows down who guesses the password of one account from many addresses. Counts before the password is checked, so that guesses sent at
/// once count as well, and for unknown addresses too, so that the answer does not tell them apart. Held in memory, for each process.
/// </summary>
public sealed class FailedLogins(IOptions<AuthOptions> options, TimeProvider time)
{
    /// <summary>Some 10 MB; beyond it the windows that are over are swept out.</summary>
    private const int SweepAt = 50_000;

    private readonly ConcurrentDictionary<string, Window> _windows = new();

    /// <exception cref="ApiException">TOO_MANY_REQUESTS, until the window is over.</exception>
    public void Begin(string normalizedEmail)
    {
        var now = time.GetUtcNow();
        if (_windows.Count > SweepAt)
        {
            Sweep(now);
        }

        var window = _windows.AddOrUpdate(
            normalizedEmail,
            _ => new Window(now + options.Value.FailedLoginWindow, 1),
            (_, old) => old.EndsAt <= now ? new Window(now + options.Value.FailedLoginWindow, 1) : old with { Count = old.Count + 1 });
        if (window.Count > options.Value.FailedLoginLimit)
        {
            throw Refusal.TooManyRequests(window.EndsAt - now);
        }
    }

    public void Forget(string normalizedEmail) => _windows.TryRemove(normalizedEmail, out _);

    private void Sweep(DateTimeOffset now)
    {
        foreach (var (email, window) in _windows)
        {
            if (window.EndsAt <= now)
            {
                _windows.TryRemove(email, out _);
            }
        }
    }

    private sealed record Window(DateTimeOffset EndsAt, int Count);
}
