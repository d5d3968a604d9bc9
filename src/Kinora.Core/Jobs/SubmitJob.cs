using Kinora.Core.Errors;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>Makes a job, or finds the live one of the same request. Runs in its caller's transaction.</summary>
public static class SubmitJob
{
    /// <inheritdoc cref="RunAsync(NpgsqlConnection, JobStatements, Guid, JobType, string, int, string?, CancellationToken)"/>
    public static Task<Guid> RunAsync(
        NpgsqlConnection connection,
        Guid videoId,
        JobType type,
        string parameters,
        int maxAttempts,
        string? requestId,
        CancellationToken cancellation) =>
        RunAsync(connection, JobStatements.Default, videoId, type, parameters, maxAttempts, requestId, cancellation);

    /// <param name="parameters">Canonical JSON: equal text is the same request.</param>
    /// <param name="maxAttempts"><see cref="JobOptions.MaxAttempts"/>.</param>
    /// <exception cref="ApiException">
    /// NOT_FOUND: the video is deleted. CONFLICT: a job of this type lives with other parameters; its id is in the details.
    /// </exception>
    public static async Task<Guid> RunAsync(
        NpgsqlConnection connection,
        JobStatements statements,
        Guid videoId,
        JobType type,
        string parameters,
        int maxAttempts,
        string? requestId,
        CancellationToken cancellation)
    {
        await LockVideoAsync(connection, statements, videoId, cancellation);

        // The live job that kept ours out may end before it is read: then there is room for ours.
        for (var tries = 0; tries < 5; tries++)
        {
            if (await InsertAsync(connection, statements, videoId, type, parameters, maxAttempts, requestId, cancellation) is { } inserted)
            {
                return inserted;
            }

            if (await FindLiveAsync(connection, statements, videoId, type, parameters, cancellation) is var (jobId, isSame))
            {
                return isSame
                    ? jobId
                    : throw Refusal.Conflict("Another job of this type, with other parameters, is under way.", new LiveJob(jobId));
            }
        }

        throw Refusal.Unavailable("The job could not be made: try again.", TimeSpan.FromSeconds(1));
    }

    private static async Task LockVideoAsync(NpgsqlConnection connection, JobStatements statements, Guid videoId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statements.LockVideo, connection);
        command.Parameters.AddWithValue("video", videoId);
        if (await command.ExecuteScalarAsync(cancellation) is null)
        {
            throw Refusal.NotFound();
        }
    }

    private static async Task<Guid?> InsertAsync(
        NpgsqlConnection connection,
        JobStatements statements,
        Guid videoId,
        JobType type,
        string parameters,
        int maxAttempts,
        string? requestId,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statements.Insert, connection);
        command.Parameters.AddWithValue("id", Guid.CreateVersion7());
        command.Parameters.AddWithValue("video", videoId);
        command.Parameters.AddWithValue("type", type.ToName());
        command.Parameters.AddWithValue("params", parameters);
        command.Parameters.AddWithValue("attempts", maxAttempts);
        command.Parameters.AddWithValue("request", (object?)requestId ?? DBNull.Value);
        return (Guid?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<(Guid JobId, bool IsSame)?> FindLiveAsync(
        NpgsqlConnection connection, JobStatements statements, Guid videoId, JobType type, string parameters, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statements.FindLive, connection);
        command.Parameters.AddWithValue("video", videoId);
        command.Parameters.AddWithValue("type", type.ToName());
        command.Parameters.AddWithValue("params", parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetGuid(0), reader.GetBoolean(1)) : null;
    }
}
