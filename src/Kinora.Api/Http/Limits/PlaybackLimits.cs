using System.Collections.Concurrent;
using Kinora.Core.Limits.Rates;
using Microsoft.Extensions.Options;

namespace Kinora.Api.Http.Limits;

/// <summary>
/// What one address may fetch of videos: so often, and so much at one time. Counted by each process in its memory: a segment comes out of
/// caches and the store, and is not to wait for Redis; and what is under way is under way in one process.
/// </summary>
internal sealed class PlaybackLimits(TimeProvider time, IOptions<RateLimitOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Its own: whoever fills the others' with addresses that he has takes none from viewers.</summary>
    private readonly RateWindows _windows = new(time);
    private readonly RateLimit _rate = new("playback", options.Value.PlaybackPerMinute, TimeSpan.FromMinutes(1));
    private readonly ConcurrentDictionary<string, int> _downloads = new();

    /// <summary>Takes a place for a download, to be left with <see cref="Leave"/>.</summary>
    /// <returns>Null: it is taken. Else how long to wait.</returns>
    public TimeSpan? Enter(string address)
    {
        if (_windows.Take(_rate, address) is { } wait)
        {
            return wait;
        }

        if (_downloads.AddOrUpdate(address, 1, (_, count) => count + 1) <= options.Value.PlaybackDownloads)
        {
            return null;
        }

        Leave(address);
        return RetryAfter;
    }

    public void Leave(string address)
    {
        var count = _downloads.AddOrUpdate(address, 0, (_, count) => count - 1);
        if (count == 0)
        {
            // Only while nobody has come meanwhile.
            _downloads.TryRemove(KeyValuePair.Create(address, 0));
        }
    }
}
