using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Videos;

/// <summary>Says in words and codes why a video is not ready and what happens next, from nothing but its rows.</summary>
public sealed class ExplainService(KinoraDb db, VideoAccess access, IOptions<JobOptions> options, TimeProvider time)
{
    public async Task<Explanation> ExplainAsync(Guid userId, Guid videoId, CancellationToken cancellation)
    {
        var video = await access.GetAsync(userId, videoId, cancellation);
        var jobs = await db.Jobs.AsNoTracking().Where(j => j.VideoId == videoId).OrderByDescending(j => j.Id).ToListAsync(cancellation);
        return Explain(video, jobs, options.Value, time.GetUtcNow());
    }

    /// <param name="jobs">The newest first.</param>
    internal static Explanation Explain(Video video, IReadOnlyList<Job> jobs, JobOptions options, DateTimeOffset now)
    {
        var newest = jobs.GroupBy(j => j.Type).Select(g => Explain(g.First(), options, now)).ToArray();
        var analyze = newest.FirstOrDefault(j => j.Job.Type == JobType.Analyze);
        var hls = newest.FirstOrDefault(j => j.Job.Type == JobType.Hls);
        var (code, message, next) = video.Status switch
        {
            VideoStatus.Ready => (ExplanationCode.Ready, "The video can be played.", null),
            VideoStatus.Failed => (ExplanationCode.Failed, $"{video.ErrorCode}: {video.ErrorMessage}", null),
            VideoStatus.Uploaded when analyze is not null => (analyze.Code, $"Its analysis: {analyze.Message}", analyze.NextAt),
            VideoStatus.Analyzed when hls is not null => (hls.Code, $"Its encoding: {hls.Message}", hls.NextAt),
            _ => (ExplanationCode.NotRequested, "Nobody has asked for its encoding: POST /v1/videos/{id}/transcodes does.", (DateTimeOffset?)null),
        };
        return new Explanation(video, code, message, next, newest);
    }

    private static JobExplanation Explain(Job job, JobOptions options, DateTimeOffset now) => job switch
    {
        { Status: JobStatus.Succeeded } => new(job, ExplanationCode.Succeeded, "It has succeeded.", null),
        { Status: JobStatus.Canceled } =>
            new(job, ExplanationCode.Canceled, "It was canceled; POST /v1/jobs/{id}/retry makes a new one.", null),
        { Status: JobStatus.Failed } => new(
            job, ExplanationCode.Failed, $"It failed at attempt {job.Attempts} of {job.MaxAttempts} with {job.ErrorCode}: {job.ErrorMessage}", null),
        { LeaseUntil: { } until } when until + options.Grace < now => new(
            job, ExplanationCode.WorkerLost, "Its worker does not answer; another one takes over within seconds.", until + options.Grace),
        { LeaseUntil: { } until } => new(
            job, ExplanationCode.Running, $"Attempt {job.Attempts} of {job.MaxAttempts} runs and has come to {job.Progress} %.", null),
        { Status: JobStatus.Running } when job.RunAfter > now => new(
            job,
            ExplanationCode.WaitingForRetry,
            $"Attempt {job.Attempts + 1} of {job.MaxAttempts} follows at {job.RunAfter.UtcDateTime:HH:mm:ss} UTC, after {job.ErrorCode}: {job.ErrorMessage}",
            job.RunAfter),
        _ => new(job, ExplanationCode.WaitingForWorker, "It waits for a free worker.", null),
    };
}
