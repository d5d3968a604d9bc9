using Kinora.Core.Errors;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Outbound;
using Kinora.Core.Jobs;
using Kinora.Core.Limits;
using Kinora.Core.Videos;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Uploads.ByUrl;

/// <summary>
/// Takes addresses of videos: the video, FETCHING, and its FETCH job in one transaction. An address that can be told to be none of the
/// public Internet by its text is refused here; what its name leads to, the worker finds.
/// </summary>
public sealed partial class UrlUploads(
    NpgsqlDataSource source,
    OutboundRules rules,
    UserLimits limits,
    JobDispatcher dispatcher,
    IOptions<UploadOptions> options,
    IOptions<JobOptions> jobOptions,
    ILogger<UrlUploads> logger)
{
    /// <summary>For the metrics.</summary>
    public const string Way = "url";

    /// <exception cref="ApiException">
    /// VALIDATION_ERROR: the address is not allowed. FORBIDDEN: no addresses are taken. PAYLOAD_TOO_LARGE: nothing is left of the user's
    /// quota. TOO_MANY_REQUESTS, UNAVAILABLE: no room for the job.
    /// </exception>
    public async Task<FetchingVideo> SubmitAsync(NewUrl upload, IdempotentRequest request, CancellationToken cancellation)
    {
        if (!options.Value.AllowUrls)
        {
            throw Refusal.Forbidden("This service fetches nothing: upload the file.");
        }

        var url = Check(upload.Url);
        var filename = DisplayName.Clean(Uri.UnescapeDataString(url.Segments[^1].TrimEnd('/')));
        var videoId = Guid.CreateVersion7();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await UserLimits.LockAsync(connection, upload.OwnerId, cancellation);
        await limits.CheckBytesAsync(connection, upload.OwnerId, 1, cancellation);
        await limits.CheckLiveJobsAsync(connection, upload.OwnerId, cancellation);
        await using var video = new NpgsqlCommand("""
            INSERT INTO videos (id, owner_id, title, original_filename, status, fetch_url, transcode_after_analysis)
            VALUES (@id, @owner, @title, @filename, 'FETCHING', @url, @transcode)
            """, connection);
        video.Parameters.AddWithValue("id", videoId);
        video.Parameters.AddWithValue("owner", upload.OwnerId);
        video.Parameters.AddWithValue("title", upload.Title ?? DisplayName.ToTitle(filename, Video.MaxTitleLength));
        video.Parameters.AddWithValue("filename", filename);
        video.Parameters.AddWithValue("url", url.AbsoluteUri);
        video.Parameters.AddWithValue("transcode", upload.Transcode);
        await video.ExecuteNonQueryAsync(cancellation);
        var jobId = await SubmitJob.RunAsync(
            connection, videoId, JobType.Fetch, "{}", jobOptions.Value.MaxAttempts, upload.RequestId, cancellation);
        await request.CompleteAsync(connection, [videoId, jobId], cancellation);
        await transaction.CommitAsync(cancellation);
        LogTaken(videoId, upload.OwnerId, url.IdnHost);
        await dispatcher.DispatchAsync(jobId, CancellationToken.None);
        return new FetchingVideo(videoId, jobId);
    }

    private Uri Check(string address)
    {
        try
        {
            return rules.Check(address);
        }
        catch (OutboundException e)
        {
            throw Refusal.Validation("url", e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Video {videoId} of user {userId} is to be fetched from {host}")]
    private partial void LogTaken(Guid videoId, Guid userId, string host);
}

/// <param name="Title">Null: made from the last part of the address.</param>
public sealed record NewUrl(Guid OwnerId, string Url, string? Title, bool Transcode, string? RequestId);

public sealed record FetchingVideo(Guid VideoId, Guid FetchJobId);
