using System.Security.Cryptography;

namespace Kinora.Cli.Remote;

/// <summary>
/// How long to wait before something is tried again: from a quarter of a second, doubled up to 20 s, with a part of chance, so that many
/// clients of a server that comes back do not come all at once. What a server asks for itself (Retry-After) is waited for where it is longer.
/// </summary>
/// <param name="patience">After which nothing is tried again, from the beginning or the last word that it has moved.</param>
internal sealed class Retries(TimeProvider time, TimeSpan patience)
{
    private const int Percent = 100;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(90);
    private long _since = time.GetTimestamp();
    private TimeSpan _next = First;

    public void Moved() => (_since, _next) = (time.GetTimestamp(), First);

    /// <param name="asked">What the server asks for.</param>
    /// <returns>Null: it is not worth it any more.</returns>
    public TimeSpan? Next(TimeSpan? asked = null)
    {
        var wait = _next * (RandomNumberGenerator.GetInt32(3 * Percent / 4, (5 * Percent / 4) + 1) / (double)Percent);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        if (asked > wait)
        {
            wait = asked.Value;
        }

        var limit = asked is not null && patience > TimeSpan.Zero && patience < LongestAsked ? LongestAsked : patience;
        return time.GetElapsedTime(_since) + wait <= limit ? wait : null;
    }
}
