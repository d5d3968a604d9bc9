using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>The details of a CONFLICT with a job that is under way.</summary>
public sealed record LiveJob(Guid JobId)
{
    /// <summary>The QUEUED or RUNNING job of the video and type, of which there is one at most.</summary>
    internal static async Task<LiveJob?> FindAsync(NpgsqlConnection connection, Guid videoId, JobType type, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT id FROM jobs WHERE video_id = @video AND type = @type AND status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL", connection);
        command.Parameters.AddWithValue("video", videoId);
        command.Parameters.AddWithValue("type", type.ToName());
        return await command.ExecuteScalarAsync(cancellation) is Guid id ? new LiveJob(id) : null;
    }
}
