using Kinora.Api.Http.OpenApi;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Kinora.Core.Operations;

namespace Kinora.Api.Endpoints.V1;

/// <param name="Status">As GET /health says it: "ok", "degraded", "stopping".</param>
/// <param name="Checks">What this API depends on, "ok" or "down".</param>
/// <param name="Hours">The last 24, the oldest first.</param>
/// <param name="Failures">The newest 50.</param>
public sealed record SystemResponse(
    [property: Example("ok")] string Status,
    [property: Example("0.1.0")] string Version,
    IReadOnlyDictionary<string, string> Checks,
    IReadOnlyList<SystemQueueResponse> Queues,
    IReadOnlyList<SystemWorkerResponse> Workers,
    IReadOnlyList<SystemHourResponse> Hours,
    IReadOnlyList<SystemFailureResponse> Failures)
{
    public static SystemResponse Of(HealthReport health, SystemReport report) => new(
        health.Status,
        health.Version,
        health.Checks.ToDictionary(check => check.Key, check => check.Value.Status),
        [.. report.Queues.Select(SystemQueueResponse.Of)],
        [.. report.Workers.Select(SystemWorkerResponse.Of)],
        [.. report.Hours.Select(SystemHourResponse.Of)],
        [.. report.Failures.Select(SystemFailureResponse.Of)]);
}

/// <param name="Name">The BullMQ queue's; "webhook" holds deliveries, the others jobs.</param>
/// <param name="Waiting">What could be begun now, of "hls" each unit of a job; what waits for another attempt is not.</param>
/// <param name="Running">What workers are at.</param>
/// <param name="OldestWaitingMs">For how long the oldest one could have been begun.</param>
/// <param name="Messages">In Redis; null: it is away, and workers ask the database.</param>
public sealed record SystemQueueResponse(
    [property: Example("hls")] string Name,
    [property: Example(3)] long Waiting,
    [property: Example(2)] long Running,
    [property: Example(1200)] long? OldestWaitingMs,
    [property: Example(3)] long? Messages)
{
    public static SystemQueueResponse Of(QueueReport queue) =>
        new(queue.Name, queue.Waiting, queue.Running, (long?)queue.OldestWaiting?.TotalMilliseconds, queue.Messages);
}

/// <param name="Name">Host and process id.</param>
/// <param name="Sandbox">What its ffmpeg is locked up in: "namespaces", "landlock", "calls" or "none".</param>
/// <param name="Slots">What it does at once, by queue.</param>
/// <param name="Running">Jobs and units that it is at.</param>
/// <param name="IsThere">False: it has said nothing for half a minute. One that was stopped is not listed.</param>
public sealed record SystemWorkerResponse(
    [property: Example("encoder-1:4711")] string Name,
    [property: Example("0.1.0")] string Version,
    [property: Example("namespaces")] string Sandbox,
    IReadOnlyDictionary<string, int> Slots,
    [property: Example(2)] long Running,
    [property: Example(true)] bool IsThere,
    DateTimeOffset StartedAt,
    DateTimeOffset SeenAt)
{
    public static SystemWorkerResponse Of(WorkerReport worker)
    {
        var process = worker.Process;
        return new(process.Name, process.Version, process.Sandbox, process.Slots, worker.Running, worker.IsThere, process.StartedAt, process.SeenAt);
    }
}

/// <param name="Succeeded">Jobs of all types that ended so in this hour.</param>
/// <param name="EncodedMs">Length of the videos whose HLS was made.</param>
/// <param name="Uploads">Videos that came and are still there.</param>
public sealed record SystemHourResponse(
    DateTimeOffset Start,
    [property: Example(12)] long Succeeded,
    [property: Example(1)] long Failed,
    [property: Example(0)] long Canceled,
    [property: Example(360000)] long EncodedMs,
    [property: Example(4)] long Uploads,
    [property: Example(1048576)] long UploadedBytes)
{
    public static SystemHourResponse Of(HourReport hour) => new(
        hour.Start, hour.Succeeded, hour.Failed, hour.Canceled, (long)hour.Encoded.TotalMilliseconds, hour.Uploads, hour.UploadedBytes);
}

public sealed record SystemFailureResponse(
    Guid JobId,
    Guid VideoId,
    [property: Example("HLS")] JobType Type,
    FailureResponse Error,
    [property: Example(3)] int Attempts,
    DateTimeOffset FinishedAt)
{
    public static SystemFailureResponse Of(FailureReport failure) => new(
        failure.JobId, failure.VideoId, failure.Type, FailureResponse.Of(failure.ErrorCode, failure.ErrorMessage)!, failure.Attempts, failure.FinishedAt);
}
