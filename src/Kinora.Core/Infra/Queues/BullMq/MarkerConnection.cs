using System.Globalization;
using Kinora.Core.Infra.Redis;
using StackExchange.Redis;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>The connection that blocks on one queue's marker.</summary>
internal sealed class MarkerConnection(RedisConnection redis, BullKeys keys, string clientName, QueueOptions options) : IAsyncDisposable
{
    private ConnectionMultiplexer? _connection;

    // 0: nothing is blocked.
    private long _blockedClient;

    /// <summary>Null when none came within <see cref="QueueOptions.SignalWait"/>. One call at a time.</summary>
    public async Task<SortedSetEntry?> PopAsync()
    {
        try
        {
            _connection ??= await redis.OpenBlockingAsync(clientName, options.SignalWait);
            var database = _connection.GetDatabase();
            // Asked each time, since it changes with every reconnection.
            Interlocked.Exchange(ref _blockedClient, (long)await database.ExecuteAsync("CLIENT", "ID"));
            var seconds = options.SignalWait.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            var answer = await database.ExecuteAsync("BZPOPMIN", keys.Marker, seconds);
            return answer.IsNull ? null : new SortedSetEntry((RedisValue)answer[1], (double)answer[2]);
        }
        catch (Exception e) when (RedisFailure.Is(e))
        {
            if (e is TimeoutException)
            {
                // Whatever is sent next would wait behind the command that does not end.
                await DisposeAsync();
            }

            throw new QueueUnavailableException($"Waiting for {keys.Marker}: {e.Message}", e);
        }
        finally
        {
            Interlocked.Exchange(ref _blockedClient, 0);
        }
    }

    public async Task PutBackAsync(SortedSetEntry marker)
    {
        var database = await redis.GetDatabaseAsync(CancellationToken.None);
        await database.SortedSetAddAsync(keys.Marker, marker.Element, marker.Score);
    }

    /// <summary>Ends a blocked call without closing its connection, which could take along a marker that was popped in that moment.</summary>
    public async Task UnblockAsync()
    {
        if (Interlocked.Read(ref _blockedClient) is > 0 and var client)
        {
            var database = await redis.GetDatabaseAsync(CancellationToken.None);
            await database.ExecuteAsync("CLIENT", "UNBLOCK", client);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync();
        }
    }
}
