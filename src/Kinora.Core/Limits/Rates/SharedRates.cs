using Kinora.Core.Accounts;
using Kinora.Core.Infra.Redis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Kinora.Core.Limits.Rates;

/// <summary>
/// Rate limits that all API processes share, counted in Redis. While it is away, or slow, each process counts by itself, beginning with what
/// it has let through before: the limits are never open, and no request waits for Redis longer than <see cref="RedisOptions.RateTimeout"/>.
/// </summary>
public sealed partial class SharedRates(
    RedisConnection redis,
    RateWindows windows,
    SigningKey key,
    IOptions<RedisOptions> options,
    TimeProvider time,
    ILogger<SharedRates> logger) : IHostedService
{
    /// <summary>
    /// A sliding window, exact at any moment: a list of the times at which permits were given, of at most as many as there are. The one that
    /// would make room is the first of them. One round trip, and a few steps whatever the limit.
    /// </summary>
    private const string Script = """
        local permits, period = tonumber(ARGV[1]), tonumber(ARGV[2])
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local first = tonumber(redis.call('LINDEX', KEYS[1], -permits) or 0)
        if first + period > now then
          return first + period - now
        end
        redis.call('RPUSH', KEYS[1], now)
        redis.call('LTRIM', KEYS[1], -permits, -1)
        redis.call('PEXPIRE', KEYS[1], period)
        return 0
        """;

    /// <summary>Not asked again for so long after it did not answer: a Redis that hangs costs the requests of one moment in a while the time-out.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    private long _failedAt;

    /// <summary>Takes a permit.</summary>
    /// <param name="subject">Whom it is counted for; known to Redis by a keyed hash alone.</param>
    /// <returns>Null: it is given. Else how long to wait for one.</returns>
    public async Task<TimeSpan?> TakeAsync(RateLimit limit, string subject, CancellationToken cancellation)
    {
        if (await AskAsync(limit, subject, cancellation) is not { } wait)
        {
            return windows.Take(limit, subject);
        }

        if (wait > TimeSpan.Zero)
        {
            return wait;
        }

        // For the time when Redis is away: nobody begins anew then.
        windows.Take(limit, subject);
        return null;
    }

    /// <summary>Gives all permits of the subject back.</summary>
    public async Task ForgetAsync(RateLimit limit, string subject, CancellationToken cancellation)
    {
        windows.Forget(limit, subject);
        await TryAsync(async (database, token) => await database.KeyDeleteAsync(KeyOf(limit, subject)).WaitAsync(token), cancellation);
    }

    /// <summary>Connects before the first request, which is counted in Redis then; not for long where it is away.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var database = await redis.GetDatabaseAsync(cancellationToken).WaitAsync(ConnectTimeout, time, cancellationToken);
            await database.PingAsync().WaitAsync(ConnectTimeout, time, cancellationToken);
        }
        catch (Exception e) when (RedisFailure.Is(e) && !cancellationToken.IsCancellationRequested)
        {
            Failed(e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <returns>How long to wait; null: Redis does not answer.</returns>
    private async Task<TimeSpan?> AskAsync(RateLimit limit, string subject, CancellationToken cancellation)
    {
        TimeSpan? answer = null;
        await TryAsync(
            async (database, token) =>
            {
                var result = await database
                    .ScriptEvaluateAsync(Script, [KeyOf(limit, subject)], [limit.Permits, (long)limit.Period.TotalMilliseconds])
                    .WaitAsync(token);
                answer = TimeSpan.FromMilliseconds((long)result);
            },
            cancellation);
        return answer;
    }

    private async Task TryAsync(Func<IDatabase, CancellationToken, Task> action, CancellationToken cancellation)
    {
        var failedAt = Interlocked.Read(ref _failedAt);
        if (failedAt != 0 && time.GetElapsedTime(failedAt) < Pause)
        {
            return;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(options.Value.RateTimeout);
        try
        {
            await action(await redis.GetDatabaseAsync(timeout.Token), timeout.Token);
            if (Interlocked.Exchange(ref _failedAt, 0) != 0)
            {
                LogShared();
            }
        }
        catch (Exception e) when (RedisFailure.Is(e) && !cancellation.IsCancellationRequested)
        {
            Failed(e);
        }
    }

    private void Failed(Exception exception)
    {
        if (Interlocked.Exchange(ref _failedAt, time.GetTimestamp()) == 0)
        {
            LogAlone(exception);
        }
    }

    private RedisKey KeyOf(RateLimit limit, string subject) =>
        $"kinora:rate:{limit.Name}:{Convert.ToHexStringLower(key.Sign("rates", System.Text.Encoding.UTF8.GetBytes(subject)))}";

    [LoggerMessage(LogLevel.Warning, "Redis does not answer: this process counts the rates of its requests by itself")]
    private partial void LogAlone(Exception exception);

    [LoggerMessage(LogLevel.Information, "The rates of requests are counted in Redis again")]
    private partial void LogShared();
}
