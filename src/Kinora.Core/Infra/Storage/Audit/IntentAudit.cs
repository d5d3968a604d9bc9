using System.Runtime.CompilerServices;
using Npgsql;

namespace Kinora.Core.Infra.Storage.Audit;

/// <summary>
/// Rows that contradict each other. Each page is one statement, so one moment: no second look is needed, since the transactions of the
/// protocol change them together.
/// </summary>
internal sealed class IntentAudit(NpgsqlDataSource source)
{
    private const int Page = 500;

    private const string Stray = """
        FROM storage_intents i
        WHERE i.state = 'PUBLISHED' AND i.prefix COLLATE "C" > @last
          AND NOT EXISTS (
            SELECT 1 FROM derivatives d WHERE d.prefix = i.prefix OR d.prefix = substring(i.prefix FROM '^derivatives/[^/]+/[^/]+/'))
          AND NOT EXISTS (SELECT 1 FROM hls_pieces p WHERE p.prefix = i.prefix)
          AND NOT EXISTS (SELECT 1 FROM videos v WHERE v.id = i.video_id AND v.deleted_at IS NULL AND v.source_key = i.prefix || 'source')
        """;

    /// <summary>A derivative that was made by units has an intent for each prefix that its objects lie under.</summary>
    private const string Uncovered = """
        FROM (
          SELECT d.prefix, d.video_id, d.job_id, d.fence, d.replaced_at IS NOT NULL AS replaced
          FROM derivatives d WHERE d.prefix ~ '^derivatives/[^/]+/[^/]+/[0-9]+/$'
          UNION
          SELECT substring(d.prefix || COALESCE(f ->> 'path', f ->> 'name') FROM '^derivatives/[^/]+/[^/]+/[0-9]+/'),
            d.video_id, d.job_id, d.fence, d.replaced_at IS NOT NULL
          FROM derivatives d, jsonb_array_elements(d.manifest -> 'files') f WHERE d.prefix !~ '^derivatives/[^/]+/[^/]+/[0-9]+/$'
          UNION
          SELECT p.prefix, j.video_id, p.unit_id, p.fence, false FROM hls_pieces p JOIN jobs j ON j.id = p.job_id
          UNION
          SELECT left(v.source_key, -length('source')), v.id, NULL, NULL, false FROM videos v WHERE v.deleted_at IS NULL) o
        WHERE o.prefix COLLATE "C" > @last AND NOT EXISTS (
          SELECT 1 FROM storage_intents i
          WHERE i.prefix = o.prefix AND (i.state = 'PUBLISHED' OR (i.state = 'DOOMED' AND o.replaced)))
        """;

    public IAsyncEnumerable<IntentAnomaly> ListAsync(CancellationToken cancellation) =>
        ListAsync(FindingKind.StrayIntent, $"SELECT i.prefix, i.video_id {Stray}", "nothing is published there", cancellation)
            .Concat(ListAsync(
                FindingKind.MissingIntent, $"SELECT o.prefix, o.video_id {Uncovered}", "no intent covers what is published there", cancellation));

    public async Task<Finding> RepairAsync(IntentAnomaly anomaly, CancellationToken cancellation)
    {
        // The video is locked first, as everywhere: a delete that comes before wins, and one that comes after dooms what is set here.
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var video = new NpgsqlCommand("SELECT 1 FROM videos WHERE id = @video FOR SHARE", connection))
        {
            video.Parameters.AddWithValue("video", anomaly.VideoId);
            await video.ExecuteScalarAsync(cancellation);
        }

        await using var command = new NpgsqlCommand(anomaly.Finding.Kind == FindingKind.StrayIntent
            ? $"""
              UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp()
              WHERE prefix IN (SELECT i.prefix {Stray}) AND prefix = @prefix AND state = 'PUBLISHED'
              """
            : $"""
              INSERT INTO storage_intents (prefix, video_id, job_id, fence, state, expires_at)
              SELECT o.prefix, o.video_id, o.job_id, o.fence, CASE WHEN o.replaced THEN 'DOOMED' ELSE 'PUBLISHED' END, clock_timestamp()
              {Uncovered} AND o.prefix = @prefix
              ON CONFLICT (prefix) DO UPDATE SET state = EXCLUDED.state, sweeps = 0
              """, connection);
        command.Parameters.AddWithValue("last", "");
        command.Parameters.AddWithValue("prefix", anomaly.Finding.Subject);
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return anomaly.Finding with { Outcome = RepairOutcome.Repaired };
    }

    private async IAsyncEnumerable<IntentAnomaly> ListAsync(
        FindingKind kind, string sql, string detail, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = new List<IntentAnomaly>();
        var last = "";
        do
        {
            page.Clear();
            await using (var command = AuditCommand.Create(source, $"{sql} ORDER BY prefix COLLATE \"C\" LIMIT {Page}"))
            {
                command.Parameters.AddWithValue("last", last);
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                while (await reader.ReadAsync(cancellation))
                {
                    var videoId = reader.GetGuid(1);
                    page.Add(new IntentAnomaly(new Finding(kind, reader.GetString(0), videoId, detail), videoId));
                }
            }

            foreach (var anomaly in page)
            {
                last = anomaly.Finding.Subject;
                yield return anomaly;
            }
        }
        while (page.Count == Page);
    }
}

internal sealed record IntentAnomaly(Finding Finding, Guid VideoId);
