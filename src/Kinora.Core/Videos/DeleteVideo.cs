using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Jobs;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Videos;

/// <summary>
/// Ends a video in one transaction: its live jobs are CANCELED, its derivatives gone, its bytes doomed. What is published is swept at
/// once; what attempts may still be writing is left alone for <see cref="CollectorOptions.AbandonedGrace"/>, as any attempt's that is over.
/// </summary>
public sealed class DeleteVideo(NpgsqlDataSource source, JobStatements statements, IOptions<CollectorOptions> options)
{
    /// <returns>The jobs that were live, and their units; null: there was no such video.</returns>
    public async Task<IReadOnlyList<CanceledJob>?> RunAsync(Guid videoId, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var video = new NpgsqlCommand(statements.DeleteVideo, connection);
        video.Parameters.AddWithValue("video", videoId);
        if (await video.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return null;
        }

        var canceled = await CancelJobsAsync(connection, videoId, cancellation);
        await using var objects = new NpgsqlCommand(statements.DoomOfVideo, connection);
        objects.Parameters.AddWithValue("video", videoId);
        objects.Parameters.AddWithValue("grace", options.Value.AbandonedGrace);
        await objects.ExecuteNonQueryAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.DeleteBeforeCommit, cancellation);
        await transaction.CommitAsync(cancellation);
        await Failpoint.HitAsync(FailpointName.DeleteAfterCommit, cancellation);
        return canceled;
    }

    private async Task<List<CanceledJob>> CancelJobsAsync(NpgsqlConnection connection, Guid videoId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statements.CancelOfVideo, connection);
        command.Parameters.AddWithValue("video", videoId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var canceled = new List<CanceledJob>();
        while (await reader.ReadAsync(cancellation))
        {
            canceled.Add(new CanceledJob(reader.GetGuid(0), JobTypeName.Parse(reader.GetString(1)), reader.GetBoolean(2)));
        }

        return canceled;
    }
}

/// <summary>A job that the deletion of its video has ended.</summary>
/// <param name="IsUnit">It is a part of another one.</param>
public sealed record CanceledJob(Guid Id, JobType Type, bool IsUnit);
