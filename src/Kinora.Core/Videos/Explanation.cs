using Kinora.Core.Jobs;

namespace Kinora.Core.Videos;

/// <summary>Why a video is where it is, and what happens next.</summary>
/// <param name="Code">One of <see cref="ExplanationCode"/>.</param>
/// <param name="Message">The same in words.</param>
/// <param name="NextAt">When something happens by itself; null: nothing will, or it happens now.</param>
public sealed record Explanation(Video Video, string Code, string Message, DateTimeOffset? NextAt, IReadOnlyList<JobExplanation> Jobs);

/// <param name="Code">One of <see cref="ExplanationCode"/>.</param>
public sealed record JobExplanation(Job Job, string Code, string Message, DateTimeOffset? NextAt);

public static class ExplanationCode
{
    public const string Ready = "READY";
    public const string NotRequested = "NOT_REQUESTED";
    public const string WaitingForWorker = "WAITING_FOR_WORKER";
    public const string WaitingForRetry = "WAITING_FOR_RETRY";
    public const string WorkerLost = "WORKER_LOST";
    public const string Running = "RUNNING";
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";
    public const string Canceled = "CANCELED";
}
