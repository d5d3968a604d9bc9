using Kinora.Cli.Progress;
using Kinora.Cli.Terminals;

namespace Kinora.Cli.Remote.Watching;

/// <summary>Shows jobs as they change. Those of one video: until all have ended; else for ever.</summary>
internal sealed class JobFollower(ApiClient api, JobSelection selection, bool json)
{
    private readonly Dictionary<string, Job> _known = [];

    /// <returns>The exit code: whether a job has failed, where there is an end.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        // Bars of one video's jobs; a list of all jobs for days is one of lines.
        var board = selection.VideoId is not null ? ProgressBoards.OfOutput() : new PlainProgressBoard(Console.Out);
        var failed = false;
        if (json)
        {
            failed = await FollowAsync(job => JsonLines.Write(job, ApiJson.Default.Job), cancellation);
        }
        else
        {
            await board.ShowAsync(async report => failed = await FollowAsync(job => report(Describe(job)), cancellation));
        }

        return failed ? CommandFailure.ProcessingFailed : 0;
    }

    private async Task<bool> FollowAsync(Action<Job> show, CancellationToken cancellation)
    {
        // The stream before the list: what changes in between comes in both.
        await foreach (var told in api.FollowAllAsync(cancellation))
        {
            if (told.Type is null)
            {
                foreach (var job in (await selection.ListAsync(cancellation)).Reverse())
                {
                    Note(job, show);
                }
            }
            else if (told.Data?.JobId is { } id && told.Type.StartsWith("job.", StringComparison.Ordinal) && selection.IsOf(told.VideoId))
            {
                Note(JobEvents.Merge(_known.GetValueOrDefault(id), told), show);
            }

            if (await FindEndAsync(show, cancellation) is { } failed)
            {
                return failed;
            }
        }

        return false;
    }

    private void Note(Job job, Action<Job> show)
    {
        if (Told(_known.GetValueOrDefault(job.Id)) != Told(job) && selection.Wants(job))
        {
            show(job);
        }

        _known[job.Id] = job;
    }

    /// <summary>The job that follows another one is made with the other's end, and told of after it: only the list says that none follows.</summary>
    /// <returns>Null: it goes on; else whether one has failed.</returns>
    private async Task<bool?> FindEndAsync(Action<Job> show, CancellationToken cancellation)
    {
        if (selection.VideoId is null || !_known.Values.All(j => j.HasEnded))
        {
            return null;
        }

        var jobs = await selection.ListAsync(cancellation);
        foreach (var job in jobs.Reverse())
        {
            Note(job, show);
        }

        return jobs.All(j => j.HasEnded) ? JobEvents.NewestOfEachType(jobs).Any(j => j.HasFailed) : null;
    }

    /// <summary>What a change is; times differ a little between the list and the events.</summary>
    private static (string?, int?, int?, Failure?) Told(Job? job) => (job?.Status, job?.Progress, job?.Attempts, job?.Error);

    private ProgressReport Describe(Job job) => new(
        selection.VideoId is null ? $"{job.VideoId} {job.Type,-9} {job.Id}" : $"{job.Type,-9} {job.Id}",
        job.Progress,
        job.Status.ToLowerInvariant(),
        job.Error is { } error && job.HasFailed ? TerminalText.Clean($"{error.Code}: {error.Message}") : job.Attempts > 1 ? $"attempt {job.Attempts}" : "");
}
