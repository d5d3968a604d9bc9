using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Jobs;
using Kinora.Core.Videos;

namespace Kinora.Tests.Videos;

public sealed class ExplainVideoTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly JobOptions Times = new();

    [Fact]
    public void A_queued_job_waits_for_a_worker_and_says_what_is_before_it_and_who_is_at_work()
    {
        var job = Job(JobType.Analyze, JobStatus.Queued, runAfter: Now.AddSeconds(-5), attempts: 0);

        var alone = Explain(VideoStatus.Uploaded, [new WaitingPlace(JobType.Analyze, 0, null)], job);
        var behindOne = Explain(VideoStatus.Uploaded, [new WaitingPlace(JobType.Analyze, 1, Now.AddSeconds(-1))], job);
        var behindMany = Explain(VideoStatus.Uploaded, [new WaitingPlace(JobType.Analyze, 7, Now.AddSeconds(-1))], job);

        Assert.Equal((ExplanationCode.WaitingForWorker, Now.AddSeconds(-5), null), (alone.Code, alone.Since, alone.NextAt));
        Assert.Equal(
            "Its analysis: It waits for a free worker. None of your other ANALYZE jobs are before it. No worker is at work on such jobs at the moment: if that stays so, the workers of this service need care.",
            alone.Message);
        Assert.EndsWith(
            "One of your ANALYZE jobs is before it. Workers are at work on such jobs; the last word was at 11:59:59 UTC.", behindOne.Message, StringComparison.Ordinal);
        Assert.Contains("7 of your ANALYZE jobs are before it.", behindMany.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_with_a_lease_runs_and_one_whose_lease_is_over_has_lost_its_worker()
    {
        var running = Explain(VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, leaseUntil: Now.AddSeconds(1), attempts: 2, progress: 42));
        var inGrace = Explain(VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, leaseUntil: Now - Times.Grace));
        var lost = Explain(VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, leaseUntil: Now - Times.Grace - TimeSpan.FromSeconds(1)));

        Assert.Equal(ExplanationCode.Running, running.Code);
        Assert.Equal("Its encoding: Attempt 2 of 3 is under way and has come to 42 %; the last word was at 11:59:58 UTC.", running.Message);
        Assert.Equal(ExplanationCode.Running, inGrace.Code);
        Assert.Equal((ExplanationCode.WorkerLost, Now.AddSeconds(-2)), (lost.Code, lost.Since));
    }

    [Fact]
    public void Between_two_attempts_it_says_when_the_next_one_comes_and_why()
    {
        var explanation = Explain(
            VideoStatus.Analyzed, Job(JobType.Hls, JobStatus.Running, runAfter: Now.AddSeconds(10), attempts: 1, error: "TIMEOUT"));
        var due = Explain(
            VideoStatus.Analyzed,
            [new WaitingPlace(JobType.Hls, 0, Now)],
            Job(JobType.Hls, JobStatus.Running, runAfter: Now, attempts: 1, error: "TIMEOUT"));

        Assert.Equal(ExplanationCode.WaitingForRetry, explanation.Code);
        Assert.Equal(Now.AddSeconds(10), explanation.NextAt);
        Assert.Equal("Its encoding: Attempt 2 of 3 follows at 12:00:10 UTC, after TIMEOUT: Why.", explanation.Message);
        Assert.Equal((ExplanationCode.WaitingForWorker, null), (due.Code, due.NextAt));
        Assert.StartsWith("Its encoding: Attempt 2 of 3, after TIMEOUT, waits for a free worker.", due.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("STORAGE")]
    [InlineData("DISK_FULL")]
    public void What_waits_out_an_outage_says_since_when_and_how_long_and_that_it_does_not_count(string code)
    {
        var explanation = Explain(
            VideoStatus.Analyzed,
            Job(JobType.Hls, JobStatus.Running, runAfter: Now.AddMinutes(5), attempts: 0, error: code, deferredSince: Now.AddHours(-1)));

        Assert.Equal((ExplanationCode.WaitingForStorage, Now.AddHours(-1), Now.AddMinutes(5)), (explanation.Code, explanation.Since, explanation.NextAt));
        Assert.Equal(
            $"Its encoding: {code}: Why. Attempt 1 of 3 follows at 12:05:00 UTC; attempts that this ends have not counted since 11:00:00 UTC, and do not until 2026-01-03 11:00:00 UTC.",
            explanation.Message);
    }

    [Fact]
    public void A_worker_that_was_lost_during_an_outage_counts()
    {
        var explanation = Explain(
            VideoStatus.Analyzed,
            Job(JobType.Hls, JobStatus.Running, runAfter: Now.AddMinutes(5), attempts: 1, error: "INTERNAL", deferredSince: Now.AddHours(-1)));

        Assert.Equal(ExplanationCode.WaitingForRetry, explanation.Code);
    }

    [Fact]
    public void Every_code_of_a_failure_says_what_its_owner_can_do()
    {
        foreach (var code in JobErrorCode.All)
        {
            var job = Job(JobType.Analyze, JobStatus.Failed, attempts: 3, error: code.Name);

            var explanation = Explain(VideoStatus.Failed, job);

            Assert.Equal(ExplanationCode.Failed, explanation.Code);
            Assert.StartsWith($"Its analysis: It failed at attempt 3 of 3 with {code.Name}: Why. ", explanation.Message, StringComparison.Ordinal);
            Assert.Equal(code.IsRetryable || code == JobErrorCode.Poison, explanation.Message.Contains($"/v1/jobs/{job.Id}/retry", StringComparison.Ordinal));
            Assert.Equal(code == JobErrorCode.RenditionNotOffered, explanation.Message.Contains("/transcodes", StringComparison.Ordinal));
            Assert.Equal(!code.IsRetryable && code != JobErrorCode.RenditionNotOffered, explanation.Message.Contains("upload another", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_failed_video_tells_whether_its_analysis_or_its_encoding_failed()
    {
        var analysis = Explain(VideoStatus.Failed, Job(JobType.Analyze, JobStatus.Failed, error: "CORRUPT"));
        var encoding = Explain(
            VideoStatus.Failed,
            media: true,
            [],
            Job(JobType.Hls, JobStatus.Failed, error: "CORRUPT"),
            Job(JobType.Thumbnail, JobStatus.Succeeded),
            Job(JobType.Analyze, JobStatus.Succeeded));

        Assert.StartsWith("Its analysis: It failed", analysis.Message, StringComparison.Ordinal);
        Assert.StartsWith("Its encoding: It failed", encoding.Message, StringComparison.Ordinal);
        Assert.EndsWith(" Its thumbnail is there.", encoding.Message, StringComparison.Ordinal);
        Assert.Equal(["FAILED", "SUCCEEDED", "SUCCEEDED"], encoding.Jobs.Select(j => j.Code));
    }

    [Fact]
    public void What_nobody_asked_for_or_somebody_canceled_says_how_to_ask_for_it()
    {
        var canceled = Job(JobType.Analyze, JobStatus.Canceled);
        var video = Explain(VideoStatus.Analyzed, Job(JobType.Analyze, JobStatus.Succeeded));

        Assert.Equal(ExplanationCode.NotRequested, video.Code);
        Assert.Contains($"POST /v1/videos/{video.Video.Id}/transcodes", video.Message, StringComparison.Ordinal);
        Assert.Equal(ExplanationCode.Canceled, Explain(VideoStatus.Uploaded, canceled).Code);
        Assert.Contains($"/v1/jobs/{canceled.Id}/retry", Explain(VideoStatus.Uploaded, canceled).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ready_video_is_ready_whatever_else_is_under_way()
    {
        var plain = Explain(VideoStatus.Ready, Job(JobType.Hls, JobStatus.Succeeded), Job(JobType.Thumbnail, JobStatus.Succeeded));
        var anew = Explain(VideoStatus.Ready, Job(JobType.Hls, JobStatus.Running, runAfter: Now.AddSeconds(10), error: "TIMEOUT"));
        var failed = Explain(VideoStatus.Ready, Job(JobType.Hls, JobStatus.Failed, error: "STORAGE"), Job(JobType.Thumbnail, JobStatus.Failed, error: "INTERNAL"));

        Assert.All([plain, anew, failed], e => Assert.Equal(ExplanationCode.Ready, e.Code));
        Assert.Equal("The video can be played.", plain.Message);
        Assert.Contains("encoded anew, and plays as before until that is done: Attempt 2 of 3", anew.Message, StringComparison.Ordinal);
        Assert.Equal(Now.AddSeconds(10), anew.NextAt);
        Assert.Contains("the last encoding: It failed", failed.Message, StringComparison.Ordinal);
        Assert.Contains("Its thumbnail: It failed", failed.Message, StringComparison.Ordinal);
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

    [Fact]
    public void A_video_that_is_being_fetched_says_so_and_one_that_could_not_be_says_why()
    {
        var running = Explain(VideoStatus.Fetching, Job(JobType.Fetch, JobStatus.Running, leaseUntil: Now.AddSeconds(1), progress: 42));
        var refused = Explain(VideoStatus.Failed, Job(JobType.Fetch, JobStatus.Failed, error: "FETCH_REFUSED"));
        var away = Explain(VideoStatus.Failed, Job(JobType.Fetch, JobStatus.Failed, attempts: 3, error: "FETCH_UNAVAILABLE"));
        var canceled = Explain(VideoStatus.Failed, Job(JobType.Fetch, JobStatus.Canceled));
        var analyzed = Explain(VideoStatus.Failed, Job(JobType.Analyze, JobStatus.Failed, error: "CORRUPT"), Job(JobType.Fetch, JobStatus.Succeeded));

        Assert.Equal(
            "It is being fetched: Attempt 1 of 3 is under way and has come to 42 %; the last word was at 11:59:58 UTC.", running.Message);
        Assert.Equal(
            "Its fetch: It failed at attempt 1 of 3 with FETCH_REFUSED: Why. It is the address or what is there: give another one with POST /v1/videos, or upload the file.",
            refused.Message);
        Assert.EndsWith("Another try may help: give the address again with POST /v1/videos.", away.Message, StringComparison.Ordinal);
        Assert.Equal((ExplanationCode.Canceled, "Its fetch: It was canceled; give the address again with POST /v1/videos."), (canceled.Code, canceled.Message));
        Assert.StartsWith("Its analysis: It failed", analyzed.Message, StringComparison.Ordinal);
    }

    private static Explanation Explain(VideoStatus status, params Job[] jobs) => Explain(status, [], jobs);

    private static Explanation Explain(VideoStatus status, WaitingPlace[] places, params Job[] jobs) =>
        Explain(status, status is VideoStatus.Analyzed or VideoStatus.Ready, places, jobs);

    private static Explanation Explain(VideoStatus status, bool media, WaitingPlace[] places, params Job[] jobs) => ExplainVideo.Of(
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
            MediaInfo = media ? new MediaInfo { Container = "mp4", Streams = [] } : null,
        },
        jobs,
        new ExplainJob(places, Array.Empty<Job>().ToLookup(j => j.ParentId), Times, Now));

    private static Job Job(
        JobType type,
        JobStatus status,
        DateTimeOffset? leaseUntil = null,
        DateTimeOffset runAfter = default,
        int attempts = 1,
        int progress = 0,
        string? error = null,
        DateTimeOffset? deferredSince = null) => new()
        {
            Id = Guid.CreateVersion7(),
            Type = type,
            Status = status,
            LeaseOwner = leaseUntil is null ? null : "worker",
            LeaseUntil = leaseUntil,
            HeartbeatAt = leaseUntil is null ? null : Now.AddSeconds(-2),
            RunAfter = runAfter,
            Attempts = attempts,
            MaxAttempts = 3,
            Progress = progress,
            Params = JsonDocument.Parse("{}"),
            ErrorCode = error,
            ErrorMessage = error is null ? null : "Why.",
            Deferrals = deferredSince is null ? 0 : 1,
            DeferredSince = deferredSince,
        };
}
