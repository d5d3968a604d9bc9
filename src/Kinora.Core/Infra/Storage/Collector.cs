using Kinora.Core.Infra.Failpoints;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Infra.Storage;

/// <summary>
/// Alone deletes objects: prefixes that are doomed (their video was deleted, their derivative replaced, their upload failed), and those
/// whose attempt is over without having published them.
/// </summary>
public sealed partial class Collector(
    NpgsqlDataSource source, IObjectStore objects, IOptions<CollectorOptions> options, ILogger<Collector> logger) : BackgroundService
{
    private const int DeleteBatch = 1000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval);
        try
        {
            do
            {
                try
                {
                    await DoomAbandonedAsync(stoppingToken);
                    foreach (var prefix in await FindDueAsync(stoppingToken))
                    {
                        await TrySweepAsync(prefix, stoppingToken);
                    }
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogRoundFailed(e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// A prefix whose attempt no longer holds its job, or whose time is over, is doomed; swept only a while later, since the attempt may
    /// be about to end a last PUT.
    /// </summary>
    private async Task DoomAbandonedAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            UPDATE storage_intents i SET state = 'DOOMED', expires_at = clock_timestamp() + @grace
            WHERE state = 'WRITING' AND (
              (job_id IS NULL AND expires_at < clock_timestamp()) OR
              (job_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM jobs j WHERE j.id = i.job_id AND j.fence = i.fence AND j.status = 'RUNNING' AND j.lease_owner IS NOT NULL)))
            """);
        command.Parameters.AddWithValue("grace", options.Value.AbandonedGrace);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<List<string>> FindDueAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT prefix FROM storage_intents WHERE state = 'DOOMED' AND expires_at < clock_timestamp() ORDER BY expires_at LIMIT 100
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var prefixes = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            prefixes.Add(reader.GetString(0));
        }

        return prefixes;
    }

    /// <summary>A prefix that cannot be swept now is put off: it must not keep the others waiting.</summary>
    private async Task TrySweepAsync(string prefix, CancellationToken cancellation)
    {
        try
        {
            await SweepAsync(prefix, cancellation);
        }
        catch (StorageException e)
        {
            LogRoundFailed(e);
            await using var later = source.CreateCommand(
                "UPDATE storage_intents SET expires_at = clock_timestamp() + @later WHERE prefix = @prefix AND state = 'DOOMED'");
            later.Parameters.AddWithValue("prefix", prefix);
            later.Parameters.AddWithValue("later", RetryAfter);
            await later.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>The row goes last: a sweep that is cut off is done again. Two collectors at one prefix do no harm.</summary>
    private async Task SweepAsync(string prefix, CancellationToken cancellation)
    {
        // A replaced derivative is served until here: first its row goes, then its bytes.
        await using (var derivative = source.CreateCommand("DELETE FROM derivatives WHERE prefix = @prefix"))
        {
            derivative.Parameters.AddWithValue("prefix", prefix);
            await derivative.ExecuteNonQueryAsync(cancellation);
        }

        var count = 0;
        var keys = new List<string>();
        await foreach (var item in objects.ListAsync(prefix, cancellation))
        {
            keys.Add(item.Key);
            if (keys.Count == DeleteBatch)
            {
                count += await DeleteAsync(keys, cancellation);
            }
        }

        await Failpoint.HitAsync(FailpointName.CollectAfterList, cancellation);
        count += await DeleteAsync(keys, cancellation);
        await using var intent = source.CreateCommand("DELETE FROM storage_intents WHERE prefix = @prefix AND state = 'DOOMED'");
        intent.Parameters.AddWithValue("prefix", prefix);
        await intent.ExecuteNonQueryAsync(cancellation);
        LogSwept(prefix, count);
    }

    private async Task<int> DeleteAsync(List<string> keys, CancellationToken cancellation)
    {
        var count = keys.Count;
        if (count > 0)
        {
            await objects.DeleteAsync(keys, cancellation);
            await Failpoint.HitAsync(FailpointName.CollectMidDelete, cancellation);
            keys.Clear();
        }

        return count;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Collected {count} objects under {prefix}")]
    private partial void LogSwept(string prefix, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of the collector failed")]
    private partial void LogRoundFailed(Exception exception);
}
