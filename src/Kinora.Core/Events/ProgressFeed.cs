using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kinora.Core.Events;

/// <summary>
/// Tells those who wait how far running jobs have come, twice a second at most. Progress is no change of a state: it is looked up for as
/// long as somebody waits, one query for all, and never stands in the log.
/// </summary>
public sealed partial class ProgressFeed(
    IDbContextFactory<KinoraDb> databases, EventStreams streams, TimeProvider time, ILogger<ProgressFeed> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);
    private readonly SemaphoreSlim _began = new(0, 1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        streams.Began += OnBegan;
        try
        {
            var known = new Dictionary<Guid, JobProgress>();
            while (true)
            {
                if (streams.IsEmpty)
                {
                    known.Clear();
                    await _began.WaitAsync(stoppingToken);
                }

                known = await TellAsync(known, stoppingToken);
                await Task.Delay(Interval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            streams.Began -= OnBegan;
        }
    }

    public override void Dispose()
    {
        _began.Dispose();
        base.Dispose();
    }

    private void OnBegan()
    {
        try
        {
            _began.Release();
        }
        catch (SemaphoreFullException)
        {
            // It knows already.
        }
    }

    /// <returns>What has been told of the jobs that run.</returns>
    private async Task<Dictionary<Guid, JobProgress>> TellAsync(Dictionary<Guid, JobProgress> known, CancellationToken cancellation)
    {
        try
        {
            var owners = streams.Owners;
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var jobs = await db.Jobs.AsNoTracking()
                .Where(j => owners.Contains(j.OwnerId) && j.Status == JobStatus.Running && j.ParentId == null)
                .Select(j => new { j.OwnerId, Progress = new JobProgress(j.Id, j.VideoId, j.Type, j.Progress, j.OutTimeMs) })
                .ToListAsync(cancellation);
            foreach (var job in jobs.Where(j => known.GetValueOrDefault(j.Progress.JobId) != j.Progress))
            {
                streams.Tell(job.OwnerId, job.Progress);
            }

            return jobs.ToDictionary(j => j.Progress.JobId, j => j.Progress);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            LogFailed(e);
            return known;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The progress of jobs cannot be read; trying again")]
    private partial void LogFailed(Exception exception);
}
