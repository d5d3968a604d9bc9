using Kinora.Core.Infra.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Uploads;

/// <summary>
/// The right of an upload to write its source, as a row that is there before the first byte. It is a lease: the API renews it while it is
/// at the upload, so that what a killed one had stored is collected soon and a slow upload has all the time that it needs. Who renews too
/// late finds it doomed, and must not publish: its bytes may be gone.
/// </summary>
public sealed partial class UploadIntents(NpgsqlDataSource source, IOptions<UploadOptions> options, ILogger<UploadIntents> logger)
{
    private const int RenewalsInTime = 3;
    private const int RetriesInTime = 60;
    private static readonly TimeSpan CleanUpTimeout = TimeSpan.FromSeconds(10);

    public async Task BeginAsync(Guid videoId, CancellationToken cancellation)
    {
        await using var command = Command("""
            INSERT INTO storage_intents (prefix, video_id, state, expires_at)
            VALUES (@prefix, @video, 'WRITING', clock_timestamp() + @time)
            """, videoId);
        command.Parameters.AddWithValue("video", videoId);
        command.Parameters.AddWithValue("time", options.Value.IntentTime);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Renews it until the token says that the upload is over. Failing is no error: it is tried again soon, and may be in time. One that is
    /// doomed already stays so, which <see cref="PublishAsync"/> finds.
    /// </summary>
    public async Task KeepAsync(Guid videoId, CancellationToken over)
    {
        var time = options.Value.IntentTime;
        var wait = time / RenewalsInTime;
        try
        {
            while (true)
            {
                await Task.Delay(wait, over);
                try
                {
                    await RenewAsync(videoId, over);
                    wait = time / RenewalsInTime;
                }
                catch (Exception e) when (!over.IsCancellationRequested)
                {
                    wait = time / RetriesInTime;
                    LogRenewFailed(e, videoId);
                }
            }
        }
        catch (Exception) when (over.IsCancellationRequested)
        {
        }
    }

    /// <summary>In the transaction that makes the video.</summary>
    /// <exception cref="StorageException">It was not renewed in time.</exception>
    public static async Task PublishAsync(NpgsqlConnection connection, Guid videoId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE storage_intents SET state = 'PUBLISHED' WHERE prefix = @prefix AND state = 'WRITING'", connection);
        command.Parameters.AddWithValue("prefix", ObjectKey.SourcePrefix(videoId));
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            throw new StorageException("The upload's intent was not renewed in time: its bytes are collected.");
        }
    }

    /// <summary>
    /// Leaves the bytes to the collector, unless the video is there after all: the answer of a COMMIT may be what was lost. Does not use
    /// the request's token, which may be what ended the upload; failing is no harm, since the intent ends by itself.
    /// </summary>
    public async Task DoomAsync(Guid videoId)
    {
        using var timeout = new CancellationTokenSource(CleanUpTimeout);
        try
        {
            await using var command = Command(
                "UPDATE storage_intents SET state = 'DOOMED', expires_at = clock_timestamp() WHERE prefix = @prefix AND state = 'WRITING'", videoId);
            await command.ExecuteNonQueryAsync(timeout.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            LogDoomFailed(e, videoId);
        }
    }

    private async Task RenewAsync(Guid videoId, CancellationToken cancellation)
    {
        await using var command = Command(
            "UPDATE storage_intents SET expires_at = clock_timestamp() + @time WHERE prefix = @prefix AND state = 'WRITING'", videoId);
        command.Parameters.AddWithValue("time", options.Value.IntentTime);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private NpgsqlCommand Command(string sql, Guid videoId)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.AddWithValue("prefix", ObjectKey.SourcePrefix(videoId));
        return command;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The intent of upload {videoId} could not be renewed; trying again")]
    private partial void LogRenewFailed(Exception exception, Guid videoId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bytes of the failed upload {videoId} stay until their intent ends")]
    private partial void LogDoomFailed(Exception exception, Guid videoId);
}
