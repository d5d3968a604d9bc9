using System.Text.Json;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;

namespace Kinora.Tests.Videos;

public sealed class ExplainServiceTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly JobOptions Times = new();

    [Fact]
    public void A_queued_job_waits_for_a_worker()
    {
        var explanation = Explain(VideoStatus.Uploaded, Job(JobType.Analyze, JobStatus.Queued));

        Assert.Equal(ExplanationCode.WaitingForWorker, explanation.Code);
        Assert.StartsWith("Its analysis: ", explanation.Message, StringComparison.Ordinal);
        Assert.Null(explanation.NextAt);
    }

    [Fact]
    public void A_job_with_a_lease_runs_and_one_whose_lease_is_over_has_lost_its_worker()
    {
        var running = Explain(VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, leaseUntil: Now.AddSeconds(1), progress: 42));
        var inGrace = Explain(VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, leaseUntil: Now - Times.Grace));
        var lost = Explain(VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, leaseUntil: Now - Times.Grace - TimeSpan.FromSeconds(1)));

        Assert.Equal(ExplanationCode.Running, running.Code);
        Assert.Contains("42 %", running.Message, StringComparison.Ordinal);
        Assert.Equal(ExplanationCode.Running, inGrace.Code);
        Assert.Equal(ExplanationCode.WorkerLost, lost.Code);
    }

    [Fact]
    public void Between_two_attempts_it_says_when_the_next_one_comes_and_why()
    {
        var explanation = Explain(
            VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, runAfter: Now.AddSeconds(10), attempts: 1, error: "STORAGE"));
        var due = Explain(VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, runAfter: Now, attempts: 1, error: "STORAGE"));

        Assert.Equal(ExplanationCode.WaitingForRetry, explanation.Code);
        Assert.Equal(Now.AddSeconds(10), explanation.NextAt);
        Assert.Equal("Its encoding: Attempt 2 of 3 follows at 12:00:10 UTC, after STORAGE: Why.", explanation.Message);
        Assert.Equal(ExplanationCode.WaitingForWorker, due.Code);
    }

    [Fact]
    public void What_the_video_has_come_to_counts_before_its_jobs()
    {
        Assert.Equal(ExplanationCode.Ready, Explain(VideoStatus.Ready, Job(JobType.Hls, JobStatus.Failed, error: "STORAGE")).Code);
        Assert.Equal(ExplanationCode.NotRequested, Explain(VideoStatus.Analyzed, Job(JobType.Analyze, JobStatus.Succeeded)).Code);
        Assert.Equal(ExplanationCode.Canceled, Explain(VideoStatus.Uploaded, Job(JobType.Analyze, JobStatus.Canceled)).Code);
        var failed = Explain(VideoStatus.Failed, Job(JobType.Analyze, JobStatus.Failed, error: "CORRUPT"));
        Assert.Equal((ExplanationCode.Failed, "CORRUPT: Why."), (failed.Code, failed.Message));
    }

    [Fact]
    public void Of_each_type_only_the_newest_job_counts()
    {
        var explanation = Explain(
            VideoStatus.Analyzed,
            Job(JobType.Hls, JobStatus.Queued),
            Job(JobType.Thumbnail, JobStatus.Succeeded),
            Job(JobType.Hls, JobStatus.Canceled),
            Job(JobType.Analyze, JobStatus.Succeeded));

        Assert.Equal(ExplanationCode.WaitingForWorker, explanation.Code);
        Assert.Equal([JobType.Hls, JobType.Thumbnail, JobType.Analyze], explanation.Jobs.Select(j => j.Job.Type));
    }

    private static Explanation Explain(VideoStatus status, params Job[] jobs) => ExplainService.Explain(
        new Video
        {
            OwnerId = Guid.Empty,
            Title = "x",
            OriginalFilename = "x.mp4",
            Status = status,
            SizeBytes = 1,
            ContentType = "video/mp4",
            Sha256 = [],
            SourceKey = "x",
            ErrorCode = status == VideoStatus.Failed ? "CORRUPT" : null,
            ErrorMessage = status == VideoStatus.Failed ? "Why." : null,
        },
        jobs,
        Times,
        Now);

    private static Job Job(
        JobType type,
        JobStatus status,
        DateTimeOffset? leaseUntil = null,
        DateTimeOffset runAfter = default,
        int attempts = 1,
        int progress = 0,
        string? error = null) => new()
        {
            Id = Guid.CreateVersion7(),
            Type = type,
            Status = status,
            LeaseOwner = leaseUntil is null ? null : "worker",
            LeaseUntil = leaseUntil,
            RunAfter = runAfter,
            Attempts = attempts,
            MaxAttempts = 3,
            Progress = progress,
            Params = JsonDocument.Parse("{}"),
            ErrorCode = error,
            ErrorMessage = error is null ? null : "Why.",
        };
}
