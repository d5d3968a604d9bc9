using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Jobs;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Infra.Storage.Audit;

/// <summary>What can be done about findings. Each act may be done again and then changes nothing.</summary>
internal sealed class StoreRepair(
    NpgsqlDataSource source, IObjectStore objects, UnfinishedPuts puts, SecondLook look, IOptions<JobOptions> jobs, TimeProvider time)
{
    // Findings of one derivative come in a row: its repair is decided once.
    private (Guid DerivativeId, RepairOutcome Outcome, Guid? JobId) _last;

    /// <summary>
    /// Intents are committed before the first PUT, so what neither a row nor an intent covers is an orphan for certain, unless the database
    /// came back from a backup: then what was made since looks like one too, and a person has some days to notice.
    /// </summary>
    public async Task<Finding> RemoveAsync(Finding finding, ObjectInfo info, AuditScope scope, CancellationToken cancellation)
    {
        if (!ObjectKey.IsPossible(info.Key))
        {
            return scope.Repair == AuditRepair.All ? finding with { Outcome = RepairOutcome.Impossible } : finding;
        }

        var isTold = scope.Repair switch
        {
            AuditRepair.None => true,
            AuditRepair.Orphans => time.GetUtcNow() - info.LastModified < scope.OrphanAge || !await IsOursAsync(info.Key, cancellation),
            _ => false,
        };
        if (isTold)
        {
            return finding;
        }

        await objects.DeleteAsync([finding.Subject], cancellation);
        return finding with { Outcome = RepairOutcome.Repaired };
    }

    public async Task<Finding> AbortAsync(Finding finding, UnfinishedPut put, AuditRepair repair, CancellationToken cancellation)
    {
        if (repair == AuditRepair.None || (repair == AuditRepair.Orphans && !UnfinishedPuts.IsOurs(put)))
        {
            return finding;
        }

        await puts.AbortAsync(put, cancellation);
        return finding with { Outcome = RepairOutcome.Repaired };
    }

    /// <summary>
    /// A derivative comes again out of its source, by a job with the parameters of the one that made it, and stays what is served until
    /// then. A source cannot be made, nor can a piece, whose unit has ended: what its job publishes is found damaged, and made again then.
    /// </summary>
    public async Task<Finding> MakeAgainAsync(Finding finding, ExpectedObject expected, AuditRepair repair, CancellationToken cancellation)
    {
        if (repair != AuditRepair.All)
        {
            return finding;
        }

        if (expected.Derivative is not { } derivative)
        {
            return finding with { Outcome = RepairOutcome.Impossible };
        }

        if (_last.DerivativeId != derivative.Id)
        {
            var (outcome, jobId) = await ResubmitAsync(derivative.Id, cancellation);
            _last = (derivative.Id, outcome, jobId);
        }

        return finding with { Outcome = _last.Outcome, JobId = _last.JobId };
    }

    private async Task<(RepairOutcome Outcome, Guid? JobId)> ResubmitAsync(Guid derivativeId, CancellationToken cancellation)
    {
        if (await FindOriginAsync(derivativeId, cancellation) is not { } origin)
        {
            return (RepairOutcome.Repaired, null); // replaced or deleted since
        }

        if (!await IsWholeAsync(origin, cancellation))
        {
            return (RepairOutcome.Impossible, null);
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            // No message is sent: any process that lives hands the job to the queue within a second, and none need live now.
            var jobId = await SubmitJob.RunAsync(
                connection, origin.VideoId, origin.Type, origin.Parameters, jobs.Value.MaxAttempts, requestId: null, cancellation);
            await transaction.CommitAsync(cancellation);
            return (RepairOutcome.Resubmitted, jobId);
        }
        catch (ApiException e) when (e.Details is LiveJob live)
        {
            // One with other parameters is under way; it replaces the derivative as well.
            return (RepairOutcome.Resubmitted, live.JobId);
        }
        catch (ApiException e) when (e.Code == ErrorCode.NotFound)
        {
            return (RepairOutcome.Repaired, null); // deleted since
        }
    }

    /// <summary>
    /// Rows of videos stay for ever. Without one the object may be another Kinora's in a bucket that was named by mistake: for a person to
    /// decide.
    /// </summary>
    private async Task<bool> IsOursAsync(string key, CancellationToken cancellation)
    {
        if (ObjectKey.PrefixOf(key) is null)
        {
            return false;
        }

        await using var command = source.CreateCommand("SELECT EXISTS (SELECT 1 FROM videos WHERE id = @id)");
        command.Parameters.AddWithValue("id", ObjectKey.VideoOf(key));
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task<bool> IsWholeAsync(Origin origin, CancellationToken cancellation) =>
        await objects.HeadAsync(origin.SourceKey, cancellation) is { } head
        && head.Length == origin.SizeBytes
        && await look.ReadAsync(origin.SourceKey, origin.Sha256, cancellation) is null;

    private async Task<Origin?> FindOriginAsync(Guid derivativeId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT v.id, d.type, j.params::text, v.source_key, v.size_bytes, v.sha256
            FROM derivatives d JOIN jobs j ON j.id = d.job_id JOIN videos v ON v.id = d.video_id
            WHERE d.id = @id AND d.replaced_at IS NULL AND v.deleted_at IS NULL
            """);
        command.Parameters.AddWithValue("id", derivativeId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new Origin(
                reader.GetGuid(0),
                JobTypeName.Parse(reader.GetString(1)),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetInt64(4),
                Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(5)))
            : null;
    }

    private sealed record Origin(Guid VideoId, JobType Type, string Parameters, string SourceKey, long SizeBytes, string Sha256);
}
