using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Sequence;
using StackExchange.Redis;

namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>What befalls Redis, the server itself or the connections to it.</summary>
internal sealed class RedisFaults(Deployment deployment)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(ChaosScale.Of(3, 30));
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(ChaosScale.Of(2, 8));

    /// <summary>Twenty in the full form, with those that are repeated.</summary>
    public IReadOnlyList<StoreFault> All =>
    [
        Flushed(),
        Killed(),
        new("stopped", 2, deployment.StopRedisAsync, IsSilentAsync)
        {
            EndAsync = deployment.StartRedisAgainAsync, Lasts = Long, IsOutage = true,
        },
        new("hung (SIGSTOP)", 2, () => SignalAsync(PosixSignalNumber.Stop), IsSilentAsync)
        {
            EndAsync = () => SignalAsync(PosixSignalNumber.Continue), Lasts = Long, IsOutage = true,
        },
        new("out of memory", 2, () => ExecuteAsync("CONFIG", "SET", "maxmemory", "1"), () => RefusesAsync("OOM"))
        {
            EndAsync = () => ExecuteAsync("CONFIG", "SET", "maxmemory", "0"), Lasts = Short, IsOutage = true,
        },
        // Of a server that nobody can reach: it goes on with what it has.
        new("read-only", 2, () => ExecuteAsync("REPLICAOF", "127.0.0.1", "1"), () => RefusesAsync("READONLY"))
        {
            EndAsync = () => ExecuteAsync("REPLICAOF", "NO", "ONE"), Lasts = Short, IsOutage = true,
        },
        StoreFault.Of(deployment.RedisProxy, "unreachable", 2, p => p.Refuse(), TcpFault.Refuse, Short),
        StoreFault.Of(deployment.RedisProxy, "connections frozen", 2, p => p.Freeze(), TcpFault.Freeze, Short),
        StoreFault.Of(deployment.RedisProxy, "connections cut", 2, p => p.ResetAll(), TcpFault.Reset),
        ScriptsFlushed(),
        ClientsKilled(),
    ];

    /// <summary>Until a worker has taken a message, or finished one, after this moment.</summary>
    public async Task WaitForDeliveryAsync()
    {
        await using var redis = await ConnectAsync();
        var now = (RedisResult[])(await redis.GetDatabase().ExecuteAsync("TIME"))!;
        var since = $"{((long)now[0] * 1000) + ((long)now[1] / 1000)}-0";
        var started = TimeProvider.System.GetTimestamp();
        while (!(await redis.GetDatabase().StreamRangeAsync("bull:analyze:events", since)).Any(e => e["event"] == "active"))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < KinoraClient.Patience, $"the queue delivers nothing\n{deployment.Log}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private StoreFault Flushed()
    {
        var keys = (Before: 0L, After: 0L);
        return new StoreFault("emptied (FLUSHALL)", 2, BeginAsync, () => Task.FromResult(keys is { Before: > 0, After: 0 }));

        async Task BeginAsync()
        {
            await using var redis = await ConnectAsync();
            var transaction = redis.GetDatabase().CreateTransaction();
            var before = transaction.ExecuteAsync("DBSIZE");
            _ = transaction.ExecuteAsync("FLUSHALL");
            var after = transaction.ExecuteAsync("DBSIZE");
            Assert.True(await transaction.ExecuteAsync());
            keys = ((long)await before, (long)await after);
        }
    }

    private StoreFault Killed()
    {
        var before = "";
        return new StoreFault("killed by -9 and started again", 2, BeginAsync, async () => await FieldAsync("server", "run_id") != before);

        async Task BeginAsync()
        {
            before = await FieldAsync("server", "run_id");
            await deployment.KillRedisAsync();
            await deployment.StartRedisAgainAsync();
        }
    }

    private StoreFault ScriptsFlushed()
    {
        var before = "";
        return new StoreFault(
            "scripts flushed", 1, BeginAsync, async () => await FieldAsync("errorstats", "errorstat_NOSCRIPT") != before);

        async Task BeginAsync()
        {
            before = await FieldAsync("errorstats", "errorstat_NOSCRIPT");
            await ExecuteAsync("SCRIPT", "FLUSH");
        }
    }

    private StoreFault ClientsKilled()
    {
        var killed = 0L;
        return new StoreFault(
            "clients killed (CLIENT KILL)", 1,
            async () => killed = (long)await ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
            () => Task.FromResult(killed > 0));
    }

    private Task SignalAsync(PosixSignalNumber signal)
    {
        deployment.SignalRedis(signal);
        return Task.CompletedTask;
    }

    private async Task<bool> IsSilentAsync()
    {
        try
        {
            await ExecuteAsync("PING");
            return false;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return true;
        }
    }

    /// <param name="error">What the answer to a write begins with.</param>
    private async Task<bool> RefusesAsync(string error)
    {
        try
        {
            await ExecuteAsync("EVAL", "return redis.call('SET', KEYS[1], '1')", 1, "a-test");
            return false;
        }
        catch (RedisServerException e)
        {
            return e.Message.Contains(error, StringComparison.Ordinal);
        }
    }

    /// <returns>Empty where there is no such line.</returns>
    private async Task<string> FieldAsync(string section, string name)
    {
        var lines = ((string)(await ExecuteAsync("INFO", section))!).Split('\n');
        return lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal))?.Trim() ?? "";
    }

    private async Task<RedisResult> ExecuteAsync(string command, params object[] arguments)
    {
        await using var redis = await ConnectAsync();
        return await redis.GetDatabase().ExecuteAsync(command, arguments);
    }

    /// <summary>To the server itself, past the proxy.</summary>
    private Task<ConnectionMultiplexer> ConnectAsync() =>
        ConnectionMultiplexer.ConnectAsync($"{deployment.RedisConnectionString},allowAdmin=true,connectTimeout=1000,connectRetry=1");
}
