using Kinora.Core.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>
/// Counts the live jobs from time to time, so that a scrape of /metrics never waits for the database: what the queue says it holds is only
/// what was delivered of them.
/// </summary>
public sealed class LiveJobSampler(NpgsqlDataSource database, KinoraMetrics metrics, IOptions<TelemetryOptions> options, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan CountLimit = TimeSpan.FromSeconds(2);
    private static readonly JobStatus[] LiveStatuses = [JobStatus.Queued, JobStatus.Running];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.QueueSampleInterval, time);
        do
        {
            metrics.ShowLiveJobs(await CountAsync(stoppingToken));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Zeroes too: a series that comes and goes cannot be alerted on.</summary>
    private async Task<IReadOnlyList<LiveJobCount>> CountAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(CountLimit);
        try
        {
            // Its condition is that of ix_jobs_one_live, which holds the live jobs alone.
            await using var command = database.CreateCommand(
                "SELECT type, status, count(*) FROM jobs WHERE status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL GROUP BY type, status");
            await using var reader = await command.ExecuteReaderAsync(limit.Token);
            var counts = new Dictionary<(JobType, JobStatus), long>();
            while (await reader.ReadAsync(limit.Token))
            {
                counts[(JobTypeName.Parse(reader.GetString(0)), Enum.Parse<JobStatus>(reader.GetString(1), ignoreCase: true))] = reader.GetInt64(2);
            }

            return [.. from type in Enum.GetValues<JobType>() from status in LiveStatuses
                select new LiveJobCount(type, status, counts.GetValueOrDefault((type, status)))];
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return []; // the health checks say that the database is away
        }
    }
}

/// <summary>How many jobs of a type are QUEUED or RUNNING.</summary>
internal sealed record LiveJobCount(JobType Type, JobStatus Status, long Count);
