using Microsoft.Extensions.Logging;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>
/// Asks one dependency whether it can be used. Callers at the same time share one ping, so that no flood of health requests becomes a flood
/// at the dependency, and a ping that ignores its cancellation is left behind rather than waited for.
/// </summary>
internal sealed partial class HealthCheck(string name, Func<CancellationToken, Task> ping, TimeProvider time, ILogger logger)
{
    /// <summary>"Each ping is cut off within a second": with room for the answer itself.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(900);

    // A ping that hangs for good, on a connection that died unnoticed, must not decide for ever.
    private static readonly TimeSpan AbandonAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private long _startedAt;
    private bool _wasDown;

    public string Name => name;

    public async Task<HealthCheckReport> RunAsync(CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        Exception? failure = null;
        try
        {
            await JoinOrStart().WaitAsync(Limit, time, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            failure = e;
        }

        LogChange(failure);
        return new HealthCheckReport(failure is null ? "ok" : "down", Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 2));
    }

    private Task JoinOrStart()
    {
        lock (_lock)
        {
            if (_running.IsCompleted || time.GetElapsedTime(_startedAt) > AbandonAfter)
            {
                _startedAt = time.GetTimestamp();
                _running = PingAsync();
            }

            return _running;
        }
    }

    // Its own limit, not the caller's token: others may share this ping.
    private async Task PingAsync()
    {
        using var limit = new CancellationTokenSource(Limit, time);
        await Task.Yield();
        await ping(limit.Token);
    }

    // Once a change, not once a request: balancers ask every few seconds.
    private void LogChange(Exception? failure)
    {
        lock (_lock)
        {
            if (_wasDown == failure is not null)
            {
                return;
            }

            _wasDown = failure is not null;
        }

        if (failure is null)
        {
            LogBack(logger, name);
        }
        else
        {
            LogAway(logger, name, failure.GetType().Name, failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{dependency} is away: {failure}: {reason}")]
    private static partial void LogAway(ILogger logger, string dependency, string failure, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{dependency} is back")]
    private static partial void LogBack(ILogger logger, string dependency);
}
