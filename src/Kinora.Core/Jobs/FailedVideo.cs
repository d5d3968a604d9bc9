using Kinora.Core.Errors;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>
/// What the end of a job in failure means for its video. It is FAILED when its analysis failed, or when its encoding found that the bytes
/// are no playable video. What went wrong on our side while encoding (storage, disk) leaves it ANALYZED: another transcode may succeed.
/// </summary>
internal static class FailedVideo
{
    /// <summary>What ends an encoding for good and says nothing of the file.</summary>
    private static readonly JobErrorCode[] NotOfTheFile = [JobErrorCode.Poison, JobErrorCode.RenditionNotOffered];

    /// <summary>Call it before the job's row is touched: the lock order is video, job.</summary>
    public static async Task MarkAsync(
        NpgsqlConnection connection, Guid videoId, JobType type, JobErrorCode code, string message, CancellationToken cancellation)
    {
        if (type == JobType.Thumbnail || (type == JobType.Hls && (code.IsRetryable || NotOfTheFile.Contains(code))))
        {
            return;
        }

        await using var command = new NpgsqlCommand(JobStatements.Default.FailVideo, connection);
        command.Parameters.AddWithValue("video", videoId);
        command.Parameters.AddWithValue("code", code.Name);
        command.Parameters.AddWithValue("message", message);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
