using Kinora.Core.Jobs;

namespace Kinora.Core.Operations;

/// <summary>How the whole service is, for who runs it.</summary>
public sealed record SystemReport(
    IReadOnlyList<QueueReport> Queues,
    IReadOnlyList<WorkerReport> Workers,
    IReadOnlyList<HourReport> Hours,
    IReadOnlyList<FailureReport> Failures);

/// <param name="Name">Of the queue: "hls".</param>
/// <param name="Waiting">Jobs, units of HLS jobs, or deliveries of webhooks that could be begun now; those between two attempts are not.</param>
/// <param name="Running">Those that workers are at.</param>
/// <param name="OldestWaiting">For how long the oldest one could have been begun.</param>
/// <param name="Messages">What Redis holds of them; null: Redis is away.</param>
public sealed record QueueReport(string Name, long Waiting, long Running, TimeSpan? OldestWaiting, long? Messages);

/// <param name="Running">Leases that it holds.</param>
/// <param name="IsThere">It has said so lately.</param>
public sealed record WorkerReport(WorkerProcess Process, long Running, bool IsThere);

/// <summary>What has ended in an hour.</summary>
/// <param name="Start">The hour's.</param>
/// <param name="Encoded">Length of the videos whose HLS was made.</param>
/// <param name="UploadedBytes">Of the videos that came, less those that are deleted.</param>
public sealed record HourReport(
    DateTimeOffset Start, long Succeeded, long Failed, long Canceled, TimeSpan Encoded, long Uploads, long UploadedBytes);

/// <summary>A job that FAILED, whoever's it is.</summary>
public sealed record FailureReport(
    Guid JobId, Guid VideoId, JobType Type, string ErrorCode, string? ErrorMessage, int Attempts, DateTimeOffset FinishedAt);
