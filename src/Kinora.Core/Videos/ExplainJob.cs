using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Jobs;

namespace Kinora.Core.Videos;

/// <summary>A job's state in words. A job between two attempts is RUNNING and nobody's.</summary>
/// <param name="places">Of the jobs that no worker has.</param>
/// <param name="units">Of the jobs that are parked, by their parent.</param>
/// <param name="now">By the database's clock, as all times of a job are.</param>
internal sealed class ExplainJob(IReadOnlyList<WaitingPlace> places, ILookup<Guid?, Job> units, JobOptions options, DateTimeOffset now)
{
    public JobExplanation Of(Job job) => job switch
    {
        { Status: JobStatus.Succeeded } => new(job, ExplanationCode.Succeeded, "It has succeeded.", job.FinishedAt, null),
        { Status: JobStatus.Canceled, Type: JobType.Fetch } => new(
            job, ExplanationCode.Canceled, "It was canceled; give the address again with POST /v1/videos.", job.FinishedAt, null),
        { Status: JobStatus.Canceled } => new(
            job, ExplanationCode.Canceled, $"It was canceled; POST /v1/jobs/{job.Id}/retry makes a new one.", job.FinishedAt, null),
        { Status: JobStatus.Failed } => new(
            job,
            ExplanationCode.Failed,
            $"It failed at attempt {job.Attempts} of {job.MaxAttempts} with {Error(job)} {Advice(job)}",
            job.FinishedAt,
            null),
        { IsParked: true } => Parked(job),
        { LeaseUntil: { } until } when until + options.Grace < now => new(
            job,
            ExplanationCode.WorkerLost,
            $"The worker of attempt {job.Attempts} of {job.MaxAttempts} does not answer any more; the job is taken from it soon, and another one gets it unless it was the last attempt.",
            job.HeartbeatAt,
            null),
        { LeaseOwner: not null } => new(
            job,
            ExplanationCode.Running,
            $"Attempt {job.Attempts} of {job.MaxAttempts} is under way and has come to {job.Progress} %{LastWord(job.HeartbeatAt)}.",
            null,
            null),
        { RunAfter: var due } when due > now => Waiting(job),
        _ => new(job, ExplanationCode.WaitingForWorker, $"{Begin(job)} waits for a free worker.{Place(job.Type)}", job.RunAfter, null),
    };

    /// <summary>In the words of that one of its units that waits for the longest, where one does.</summary>
    private JobExplanation Parked(Job job)
    {
        var parts = units[job.Id].ToArray();
        var (done, underWay) = (parts.Count(u => u.Status == JobStatus.Succeeded), parts.Count(u => u.LeaseOwner is not null));
        var delayed = parts
            .Where(u => u is { Status: JobStatus.Running, LeaseOwner: null } && u.RunAfter > now && u.RunAfter != DateTimeOffset.MaxValue)
            .MaxBy(u => u.RunAfter);
        var wait = delayed is not null ? $" One of them waits: {Waiting(delayed).Message}"
            : underWay == 0 && done < parts.Length ? " The next one waits for a free worker."
            : "";
        return new JobExplanation(
            job,
            ExplanationCode.Running,
            $"{done} of {parts.Length} parts are done, {underWay} {(underWay == 1 ? "is" : "are")} under way.{wait}",
            null,
            null);
    }

    private JobExplanation Waiting(Job job)
    {
        var next = $"Attempt {job.Attempts + 1} of {job.MaxAttempts} follows at {Time(job.RunAfter)}";
        if (job.DeferredSince is { } since && CodeOf(job) is { IsOutage: true })
        {
            return new JobExplanation(
                job,
                ExplanationCode.WaitingForStorage,
                $"{Error(job)} {next}; attempts that this ends have not counted since {Time(since)}, and do not until {Time(since + options.OutagePatience)}.",
                since,
                job.RunAfter);
        }

        return new JobExplanation(job, ExplanationCode.WaitingForRetry, $"{next}, after {Error(job)}", null, job.RunAfter);
    }

    private static string Begin(Job job) => job.Status == JobStatus.Queued
        ? "It"
        : $"Attempt {job.Attempts + 1} of {job.MaxAttempts}{(job.ErrorCode is null ? "" : $", after {job.ErrorCode},")}";

    private string Place(JobType type)
    {
        if (places.FirstOrDefault(p => p.Type == type) is not { } place)
        {
            return "";
        }

        var before = place.JobsBefore switch
        {
            0 => "None of your other",
            1 => "One of your",
            _ => $"{place.JobsBefore} of your",
        };
        var workers = place.LastBeatAt is null
            ? "No worker is at work on such jobs at the moment: if that stays so, the workers of this service need care"
            : $"Workers are at work on such jobs{LastWord(place.LastBeatAt)}";
        return $" {before} {type.ToName()} jobs {(place.JobsBefore == 1 ? "is" : "are")} before it. {workers}.";
    }

    private string LastWord(DateTimeOffset? beat) => beat is { } at ? $"; the last word was at {Time(at)}" : "";

    private static JobErrorCode? CodeOf(Job job) => JobErrorCode.All.FirstOrDefault(code => code.Name == job.ErrorCode);

    /// <summary>"STORAGE: The object store did not answer as it should." The message is a sentence of ours.</summary>
    private static string Error(Job job) => $"{job.ErrorCode}: {job.ErrorMessage}";

    private static string Advice(Job job) => CodeOf(job) switch
    {
        { IsRetryable: true } when job.Type == JobType.Fetch => "Another try may help: give the address again with POST /v1/videos.",
        _ when job.Type == JobType.Fetch => "It is the address or what is there: give another one with POST /v1/videos, or upload the file.",
        { } code when code == JobErrorCode.Poison =>
            $"It may be the file: try once more with POST /v1/jobs/{job.Id}/retry, or upload another version of it.",
        { } code when code == JobErrorCode.RenditionNotOffered =>
            $"The file is not to blame: POST /v1/videos/{job.VideoId}/transcodes makes what is offered now.",
        { IsOutage: true } => $"The file is not to blame: try again with POST /v1/jobs/{job.Id}/retry.",
        { IsRetryable: false } => "It is the file: upload another one.",
        _ => $"Another try may help: POST /v1/jobs/{job.Id}/retry.",
    };

    /// <summary>The date only where it is another day.</summary>
    private string Time(DateTimeOffset time)
    {
        var format = time.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm:ss 'UTC'" : "yyyy-MM-dd HH:mm:ss 'UTC'";
        return time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }
}
