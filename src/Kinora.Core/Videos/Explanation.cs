using Kinora.Core.Jobs;

namespace Kinora.Core.Videos;

/// <summary>Why a video is where it is, and what happens next.</summary>
/// <param name="Code">One of <see cref="ExplanationCode"/>.</param>
/// <param name="Message">The same in words, with what its owner can do.</param>
/// <param name="Since">Since when it stands like this; null where no row tells.</param>
/// <param name="NextAt">When something happens by itself; null: nothing will, or it happens now.</param>
public sealed record Explanation(
    Video Video, string Code, string Message, DateTimeOffset? Since, DateTimeOffset? NextAt, IReadOnlyList<JobExplanation> Jobs);

/// <inheritdoc cref="Explanation"/>
public sealed record JobExplanation(Job Job, string Code, string Message, DateTimeOffset? Since, DateTimeOffset? NextAt);

/// <summary>Where a job that waits for a worker stands, and whether workers are there.</summary>
/// <param name="JobsBefore">Jobs of its type and its owner that have waited longer; owners take turns, so those of others tell nothing.</param>
/// <param name="LastBeatAt">The last word of a worker that has a job of this type now, whoever's; null: no worker has one.</param>
public sealed record WaitingPlace(JobType Type, long JobsBefore, DateTimeOffset? LastBeatAt);

public static class ExplanationCode
{
    public const string Ready = "READY";
    public const string NotRequested = "NOT_REQUESTED";
    public const string WaitingForWorker = "WAITING_FOR_WORKER";
    public const string WaitingForRetry = "WAITING_FOR_RETRY";

    /// <summary>The store is away, or a disk is full: attempts that this ends do not count.</summary>
    public const string WaitingForStorage = "WAITING_FOR_STORAGE";
    public const string WorkerLost = "WORKER_LOST";
    public const string Running = "RUNNING";
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";
    public const string Canceled = "CANCELED";
}
