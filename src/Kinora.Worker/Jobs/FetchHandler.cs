using Kinora.Core.Errors;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Kinora.Core.Limits;
using Kinora.Core.Playback;
using Kinora.Core.Uploads;
using Kinora.Core.Uploads.ByUrl;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Worker.Jobs;

/// <summary>
/// Gets a video's bytes from the address that its owner has named. Each attempt begins anew and writes under a prefix of its own, whose
/// intent is there before the first byte: what one leaves half done is collected, and a late one overwrites nothing.
/// </summary>
internal sealed class FetchHandler(
    NpgsqlDataSource source,
    Publisher publisher,
    SourceDownload download,
    UserLimits limits,
    IOptions<UploadOptions> options,
    CompleteJob complete,
    JobDispatcher dispatcher,
    KinoraMetrics metrics) : IJobHandler
{
    public async Task RunAsync(JobContext context, CancellationToken cancellation)
    {
        var job = context.Job;
        var url = await FindUrlAsync(job, cancellation);
        var allowance = await AllowAsync(job, cancellation);
        var prefix = ObjectKey.FetchPrefix(job.VideoId, job.Fence);
        await publisher.BeginIntentAsync(job, prefix, cancellation);
        var stored = await download.RunAsync(
            url, ObjectKey.SourceUnder(prefix), allowance, context.Folder, share => context.Attempt.Report(99 * share), cancellation);
        await Failpoint.HitAsync(FailpointName.FetchAfterPut, cancellation);
        var analyze = await complete.FetchAsync(job, prefix, stored, AdmitAsync, cancellation) ?? throw new JobLostException();
        await Failpoint.HitAsync(FailpointName.FetchAfterComplete, cancellation);
        metrics.UploadFinished(UrlUploads.Way, stored.SizeBytes);
        await dispatcher.DispatchAsync(analyze, CancellationToken.None);

        // What counts: other uploads of the same user may have taken the room since.
        async Task AdmitAsync(NpgsqlConnection connection, CancellationToken token)
        {
            try
            {
                await UserLimits.LockAsync(connection, job.OwnerId, token);
                await limits.CheckBytesAsync(connection, job.OwnerId, stored.SizeBytes, token);
            }
            catch (ApiException e) when (e.Code == ErrorCode.PayloadTooLarge)
            {
                throw new JobFailedException(JobErrorCode.TooLarge, e.Message, e);
            }
        }
    }

    private async Task<Uri> FindUrlAsync(ClaimedJob job, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT fetch_url FROM videos WHERE id = @video AND fetch_url IS NOT NULL");
        command.Parameters.AddWithValue("video", job.VideoId);
        return await command.ExecuteScalarAsync(cancellation) is string url ? new Uri(url) : throw new JobLostException();
    }

    private async Task<UploadAllowance> AllowAsync(ClaimedJob job, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return UploadAllowance.Of(options.Value.MaxBytes, await limits.FindQuotaAsync(connection, job.OwnerId, cancellation));
    }
}
