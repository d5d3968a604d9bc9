namespace Kinora.Cli.Remote.Watching;

/// <summary>Jobs, as events tell of them.</summary>
internal static class JobEvents
{
    private const int Done = 100;

    /// <param name="known">Null: the event is the first word of it.</param>
    /// <param name="told">Of a job.</param>
    public static Job Merge(Job? known, ApiEvent told)
    {
        var data = told.Data!;

        // Progress says nothing of the status, and of a job that has ended it comes too late.
        var status = data.Status ?? known?.Status ?? "RUNNING";
        known ??= new Job(data.JobId!, told.VideoId, data.Type ?? "", status, 0, 0, null, told.CreatedAt ?? default, null);
        return known with
        {
            Status = status,
            Progress = status == "SUCCEEDED" ? Done : data.Progress ?? known.Progress,
            Attempts = data.Attempts ?? known.Attempts,
            Error = data.Status is null ? known.Error : data.Error,
            FinishedAt = status is "SUCCEEDED" or "FAILED" or "CANCELED" ? told.CreatedAt ?? known.FinishedAt : null,
        };
    }

    /// <summary>The newest job of each type: what was tried again counts as its last try did. Ids are UUIDv7, in the order of their making.</summary>
    public static IEnumerable<Job> NewestOfEachType(IEnumerable<Job> jobs) =>
        jobs.GroupBy(j => (j.VideoId, j.Type)).Select(g => g.MaxBy(j => j.Id, StringComparer.Ordinal)!);
}
