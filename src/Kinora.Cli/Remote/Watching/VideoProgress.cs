namespace Kinora.Cli.Remote.Watching;

/// <summary>What the events of a video, one after the other, say of it: how it stands, and how it has ended.</summary>
/// <param name="endsAnalyzed">No encoding follows: its analysis is the end.</param>
internal sealed class VideoProgress(bool endsAnalyzed)
{
    private static readonly Failure Deleted = new("DELETED", "The video was deleted.");
    private readonly Dictionary<string, Job> _jobs = [];
    private bool _isDone;

    public string? Status { get; private set; }

    /// <summary>From the first pieces on, before it is READY.</summary>
    public bool IsPlayable { get; private set; }

    /// <summary>That of its job is told after that of the video: who looks on wants to see both.</summary>
    public bool HasEnded => Error is not null || (_isDone && _jobs.Values.All(j => j.HasEnded || IsOfPicture(j)));

    /// <summary>Null: it has not failed.</summary>
    public Failure? Error { get; private set; }

    /// <returns>The job that the event is about, as it stands now; null: it is about the video.</returns>
    public Job? Apply(ApiEvent told)
    {
        if (told is { Type: { } type, Data.JobId: not null } && type.StartsWith("job.", StringComparison.Ordinal))
        {
            return Note(told);
        }

        switch (told.Type)
        {
            case "video.playable":
                IsPlayable = true;
                break;
            case "video.ready":
                (IsPlayable, _isDone) = (true, true);
                break;
            case "video.analyzed":
                _isDone |= endsAnalyzed;
                break;
            case "video.failed":
                Fail(told.Data?.Error);
                break;
            case "video.deleted":
                Fail(Deleted);
                break;
        }

        Status = told.Data?.Status ?? Status;
        return null;
    }

    private Job Note(ApiEvent told)
    {
        var job = JobEvents.Merge(_jobs.GetValueOrDefault(told.Data!.JobId!), told);
        _jobs[job.Id] = job;

        // Without a picture a video plays; without the others it never will. (One that failed for reasons of the server's leaves the video as it was.)
        if (job.HasFailed && !IsOfPicture(job))
        {
            Fail(job.Error ?? new Failure(job.Status, $"{job.Type} was {job.Status.ToLowerInvariant()}."));
        }

        return job;
    }

    private void Fail(Failure? error) => Error = error ?? Error ?? new Failure("FAILED", "The video has failed.");

    private static bool IsOfPicture(Job job) => job.Type == "THUMBNAIL";
}
