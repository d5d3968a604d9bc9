using System.Collections.Concurrent;
using Kinora.Core.Infra.Database;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>
/// Beats for all attempts of this worker, on a thread and a connection of its own: neither a starved thread pool nor a full connection
/// pool loses a lease. An attempt whose job is no longer its own, or that could not beat for lease − 2 beats, is cancelled through
/// <see cref="Attempt.Stopped"/> before its lease ends; a second thread sees to that, since a statement may hang.
/// </summary>
public sealed partial class LeaseKeeper : IDisposable
{
    private readonly ConcurrentDictionary<(Guid JobId, long Fence), Attempt> _attempts = new();
    private readonly DatabaseOptions _database;
    private readonly BeatSender _sender;
    private readonly JobOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _disposed = new();
    private readonly Thread[] _threads;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile StopReason _stopAll;

    public LeaseKeeper(
        IOptions<DatabaseOptions> database, JobStatements statements, IOptions<JobOptions> options, TimeProvider time, ILogger<LeaseKeeper> logger)
    {
        (_database, _options, _time, _logger) = (database.Value, options.Value, time, logger);
        _sender = new BeatSender(statements, _options.Lease);
        _threads =
        [
            new Thread(Beat) { IsBackground = true, Name = "lease-keeper" },
            new Thread(Watch) { IsBackground = true, Name = "lease-watch" },
        ];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>
    /// Ends when the keeper can beat. No job should be claimed before: on a busy machine a process's first connection may take as long as
    /// a short lease.
    /// </summary>
    public Task Connected => _connected.Task;

    /// <summary>Begins to beat for the attempt.</summary>
    public void Add(Attempt attempt)
    {
        _attempts[attempt.Key] = attempt;
        if (_stopAll is var reason and not StopReason.None)
        {
            attempt.Stop(reason);
        }
    }

    public void Remove(Attempt attempt) => _attempts.TryRemove(attempt.Key, out _);

    /// <summary>Beats at once if the job, or a unit of it, runs here: somebody says that it was cancelled, and the database knows.</summary>
    public void Check(Guid jobId)
    {
        if (_attempts.Values.Any(attempt => attempt.Job.Id == jobId || attempt.Job.ParentId == jobId))
        {
            _wake.Set();
        }
    }

    /// <summary>Stops all attempts, those that are added later too: a claim may be under way.</summary>
    public void StopAll(StopReason reason)
    {
        _stopAll = reason;
        foreach (var attempt in _attempts.Values)
        {
            attempt.Stop(reason);
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _wake.Set();
        // A statement that hangs outlives the wait: then the process ends with the thread, which still uses these two.
        if (_threads.All(thread => thread.Join(TimeSpan.FromSeconds(5))))
        {
            _wake.Dispose();
            _disposed.Dispose();
        }
    }

    private void Beat()
    {
        NpgsqlConnection? connection = null;
        while (!_disposed.IsCancellationRequested)
        {
            try
            {
                if (connection is null)
                {
                    connection = Connect();
                    _connected.TrySetResult();
                }

                if (!_attempts.IsEmpty)
                {
                    BeatAll(connection);
                }
            }
            catch (Exception e)
            {
                // Without a lease nothing is at stake, and others say that the database is away.
                if (!_attempts.IsEmpty)
                {
                    LogBeatFailed(e);
                }

                connection?.Dispose();
                connection = null;
            }

            _wake.WaitOne(_options.Beat);
        }

        connection?.Dispose();
    }

    private void Watch()
    {
        while (!_disposed.Token.WaitHandle.WaitOne(_options.Beat / 2))
        {
            StopStarved();
        }
    }

    /// <summary>Outside of the pool, and with short times: a beat that comes late is worth nothing.</summary>
    private NpgsqlConnection Connect()
    {
        var seconds = Math.Max(1, (int)(_options.Lease.TotalSeconds / 4));
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            Pooling = false,
            Timeout = seconds,
            CommandTimeout = seconds,
            CancellationTimeout = 1000,
            ApplicationName = "kinora-lease-keeper",
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            connection.Open();

            // For nobody: what is compiled and planned by it is not waited for by the first attempt.
            _sender.Send(connection, []);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void BeatAll(NpgsqlConnection connection)
    {
        var attempts = _attempts.Values.ToArray();
        var beats = attempts.Select(a => a.ToBeat()).ToArray();
        var sent = _time.GetTimestamp();
        var kept = _sender.Send(connection, beats);
        foreach (var attempt in attempts)
        {
            if (kept.Contains(attempt.Key))
            {
                attempt.LastBeat = sent;
            }
            else if (_attempts.ContainsKey(attempt.Key))
            {
                attempt.Stop(StopReason.Lost);
            }
        }

        _sender.MoveParents(connection, [.. beats.Where(b => kept.Contains((b.JobId, b.Fence)))]);
    }

    private void StopStarved()
    {
        var limit = _options.Lease - (2 * _options.Beat);
        foreach (var attempt in _attempts.Values.Where(a => _time.GetElapsedTime(a.LastBeat) > limit))
        {
            attempt.Stop(StopReason.Lost);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The leases could not be renewed; trying again")]
    private partial void LogBeatFailed(Exception exception);
}
