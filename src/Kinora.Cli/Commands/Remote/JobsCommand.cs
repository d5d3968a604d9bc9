using System.CommandLine;
using Kinora.Cli.Remote;
using Kinora.Cli.Remote.Sessions;
using Kinora.Cli.Remote.Watching;
using Kinora.Cli.Terminals;

namespace Kinora.Cli.Commands.Remote;

/// <summary>What is done, and was done, for the user's videos.</summary>
internal static class JobsCommand
{
    private const int DefaultVideos = 20;
    private static readonly string[] Statuses = ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED"];

    public static Command Create()
    {
        var video = new Option<string?>("--video") { Description = "Only those of this video.", HelpName = "ID" };
        video.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Guid.TryParse(token.Value, out _))
            {
                result.AddError($"'{token.Value}' is no id of a video.");
            }
        });
        var status = RemoteOptions.Status(Statuses);
        var limit = RemoteOptions.Limit(DefaultVideos, "Of so many videos, the newest ones; without --video.");
        var follow = new Option<bool>("--follow")
        {
            Description = "Go on showing what changes: with --video until all of its jobs have ended, else until Ctrl-C.",
        };
        var json = RemoteOptions.Json();
        var command = new Command("jobs", "List the jobs of your videos.") { video, status, limit, follow, json, CreateCancel(), CreateRetry() };
        command.SetAction(async (result, cancellation) =>
        {
            using var api = RemoteAccess.Open();
            var jobs = new JobSelection(api, result.GetValue(video), result.StatusOf(status), result.GetValue(limit));
            return result.GetValue(follow)
                ? await new JobFollower(api, jobs, result.GetValue(json)).RunAsync(cancellation)
                : await ListAsync(jobs, result.GetValue(json), cancellation);
        });
        return command;
    }

    private static Command CreateCancel()
    {
        var id = RemoteOptions.Id("job");
        var command = new Command("cancel", "End a job that is QUEUED or RUNNING.") { id };
        command.SetAction(async (result, cancellation) =>
        {
            using var api = RemoteAccess.Open();
            var job = await api.CancelJobAsync(result.GetRequiredValue(id), cancellation);
            await Console.Out.WriteLineAsync(TerminalText.Clean($"{job.Type} {job.Id} is {job.Status}"));
            return 0;
        });
        return command;
    }

    private static Command CreateRetry()
    {
        var id = RemoteOptions.Id("job");
        var command = new Command("retry", "Make a new job for one that FAILED or was CANCELED; prints its id.") { id };
        command.SetAction(async (result, cancellation) =>
        {
            using var api = RemoteAccess.Open();
            await Console.Out.WriteLineAsync(TerminalText.Clean(await api.RetryJobAsync(result.GetRequiredValue(id), cancellation)));
            return 0;
        });
        return command;
    }

    private static async Task<int> ListAsync(JobSelection jobs, bool json, CancellationToken cancellation)
    {
        var found = (await jobs.ListAsync(cancellation)).Where(jobs.Wants);
        if (json)
        {
            foreach (var job in found)
            {
                JsonLines.Write(job, ApiJson.Default.Job);
            }

            return 0;
        }

        TextTable.Write(["ID", "VIDEO", "TYPE", "STATUS", "PROGRESS", "ATTEMPT", "ERROR"], found.Select(j => (string[])
        [
            j.Id, j.VideoId, j.Type, j.Status, $"{j.Progress} %", $"{j.Attempts}", j.Error is { } error ? $"{error.Code}: {error.Message}" : "",
        ]));
        return 0;
    }
}
