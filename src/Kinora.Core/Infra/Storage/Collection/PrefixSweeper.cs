using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Jobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Infra.Storage.Collection;

/// <summary>
/// Removes all objects under doomed prefixes, again and again for a day: an attempt that lost its job without knowing it may still put
/// one. Two sweepers at one prefix do no harm.
/// </summary>
public sealed partial class PrefixSweeper(
    NpgsqlDataSource source, IObjectStore objects, IOptions<CollectorOptions> options, ILogger<PrefixSweeper> logger)
{
    private const int DeleteBatch = 1000;
    private const int PrefixBatch = 50;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>Everything that is due.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await DoomAbandonedAsync(cancellation);
        List<(string Prefix, int Sweeps)> due;
        do
        {
            due = await TakeDueAsync(cancellation);
            foreach (var (prefix, sweeps) in due)
            {
                await TrySweepAsync(prefix, sweeps, cancellation);
            }
        }
        while (due.Count == PrefixBatch);
    }

    private async Task DoomAbandonedAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(JobStatements.Default.DoomAbandoned);
        command.Parameters.AddWithValue("grace", options.Value.AbandonedGrace);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Other sweepers look past what was taken for a while; if we die over it, one of them has it then.</summary>
    private async Task<List<(string Prefix, int Sweeps)>> TakeDueAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            WITH due AS (
              SELECT prefix FROM storage_intents WHERE state = 'DOOMED' AND expires_at < clock_timestamp()
              ORDER BY expires_at LIMIT @count FOR UPDATE SKIP LOCKED)
            UPDATE storage_intents i SET expires_at = clock_timestamp() + @time FROM due WHERE i.prefix = due.prefix
            RETURNING i.prefix, i.sweeps
            """);
        command.Parameters.AddWithValue("count", PrefixBatch);
        command.Parameters.AddWithValue("time", options.Value.BatchTime);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var taken = new List<(string, int)>();
        while (await reader.ReadAsync(cancellation))
        {
            taken.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return taken;
    }

    /// <summary>A prefix that cannot be swept now is put off: it must not keep the others waiting.</summary>
    private async Task TrySweepAsync(string prefix, int sweeps, CancellationToken cancellation)
    {
        try
        {
            var count = await SweepAsync(prefix, cancellation);
            await CountAsync(prefix, sweeps, cancellation);
            LogSwept(prefix, count, sweeps + 1);
        }
        catch (StorageException e)
        {
            LogPutOff(e, prefix);
            await using var later = source.CreateCommand(
                "UPDATE storage_intents SET expires_at = clock_timestamp() + @later WHERE prefix = @prefix AND state = 'DOOMED'");
            later.Parameters.AddWithValue("prefix", prefix);
            later.Parameters.AddWithValue("later", RetryAfter);
            await later.ExecuteNonQueryAsync(cancellation);
        }
    }

    private async Task<int> SweepAsync(string prefix, CancellationToken cancellation)
    {
        // A replaced derivative is served until here: first its row goes, then its bytes. One that was made by units lies under several
        // prefixes; what is swept beside them, since an attempt left it there, does not end it.
        await using (var derivative = source.CreateCommand("""
            DELETE FROM derivatives d WHERE prefix = ANY (@prefixes) AND replaced_at IS NOT NULL AND (
              prefix = @prefix OR EXISTS (
                SELECT 1 FROM jsonb_array_elements(d.manifest -> 'files') f
                WHERE starts_with(d.prefix || COALESCE(f ->> 'path', f ->> 'name'), @prefix)))
            """))
        {
            derivative.Parameters.AddWithValue("prefix", prefix);
            derivative.Parameters.AddWithValue("prefixes", ObjectKey.DerivativePrefixesOf(prefix));
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
        return count + await DeleteAsync(keys, cancellation);
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

    /// <summary>The row goes last, with the last sweep: one that is cut off is done again. Of two sweepers one counts.</summary>
    private async Task CountAsync(string prefix, int sweeps, CancellationToken cancellation)
    {
        var again = options.Value.Sweeps;
        await using var command = source.CreateCommand(sweeps < again.Count
            ? """
              UPDATE storage_intents SET sweeps = sweeps + 1, expires_at = clock_timestamp() + @again
              WHERE prefix = @prefix AND state = 'DOOMED' AND sweeps = @sweeps
              """
            : "DELETE FROM storage_intents WHERE prefix = @prefix AND state = 'DOOMED' AND sweeps >= @sweeps");
        command.Parameters.AddWithValue("prefix", prefix);
        command.Parameters.AddWithValue("sweeps", sweeps);
        if (sweeps < again.Count)
        {
            command.Parameters.AddWithValue("again", again[sweeps]);
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Collected {count} objects under {prefix} in sweep {sweep}")]
    private partial void LogSwept(string prefix, int count, int sweep);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{prefix} cannot be swept now")]
    private partial void LogPutOff(Exception exception, string prefix);
}
