using System.CommandLine;
using Kinora.Cli.Remote;
using Kinora.Cli.Remote.Sessions;
using Kinora.Cli.Terminals;

namespace Kinora.Cli.Commands.Remote;

/// <summary>The user's videos: all of them, or one.</summary>
internal static class VideosCommand
{
    private const int DefaultLimit = 100;
    private static readonly string[] Statuses = ["FETCHING", "UPLOADED", "ANALYZED", "READY", "FAILED"];

    public static Command Create()
    {
        var status = RemoteOptions.Status(Statuses);
        var limit = RemoteOptions.Limit(DefaultLimit, "So many at most.");
        var json = RemoteOptions.Json();
        var command = new Command("videos", "List your videos, the newest first.") { status, limit, json, CreateShow(), CreateDelete() };
        command.SetAction((result, cancellation) =>
            ListAsync(result.StatusOf(status), result.GetValue(limit), result.GetValue(json), cancellation));
        return command;
    }

    private static Command CreateShow()
    {
        var (id, json) = (RemoteOptions.Id("video"), RemoteOptions.Json());
        var command = new Command("show", "Show one video, and where it plays.") { id, json };
        command.SetAction((result, cancellation) => ShowAsync(result.GetRequiredValue(id), result.GetValue(json), cancellation));
        return command;
    }

    private static Command CreateDelete()
    {
        var id = RemoteOptions.Id("video");
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("delete", "Delete a video, with all that was made of it.") { id, yes };
        command.SetAction((result, cancellation) => DeleteAsync(result.GetRequiredValue(id), result.GetValue(yes), cancellation));
        return command;
    }

    private static async Task<int> ListAsync(string? status, int limit, bool json, CancellationToken cancellation)
    {
        using var api = RemoteAccess.Open();
        var videos = api.ListVideosAsync(status, limit, cancellation);
        if (json)
        {
            await foreach (var video in videos)
            {
                JsonLines.Write(video, ApiJson.Default.Video);
            }

            return 0;
        }

        var now = TimeProvider.System.GetUtcNow();
        TextTable.Write(["ID", "STATUS", "LENGTH", "SIZE", "AGE", "TITLE"], (await videos.ToListAsync(cancellation)).Select(v => (string[])
        [
            v.Id,
            v.Status,
            v.DurationMs is { } length ? HumanText.Duration(TimeSpan.FromMilliseconds(length)) : "-",
            v.SizeBytes is { } size ? HumanText.Size(size) : "-",
            HumanText.Age(now - v.CreatedAt),
            v.Title,
        ]));
        return 0;
    }

    private static async Task<int> ShowAsync(string id, bool json, CancellationToken cancellation)
    {
        using var api = RemoteAccess.Open();
        var video = await api.GetVideoAsync(id, cancellation);
        if (json)
        {
            JsonLines.Write(video, ApiJson.Default.Video);
            return 0;
        }

        var link = await api.FindWatchLinkAsync(id, cancellation);
        (string Name, string? Value)[] lines =
        [
            ("id", video.Id),
            ("title", video.Title),
            ("file", video.OriginalFilename),
            ("status", video.Status),
            ("error", video.Error is { } error ? $"{error.Code}: {error.Message}" : null),
            ("length", video.DurationMs is { } length ? HumanText.Duration(TimeSpan.FromMilliseconds(length)) : null),
            ("picture", video.Width is { } width ? $"{width}x{video.Height}" : null),
            ("size", video.SizeBytes is { } size ? HumanText.Size(size) : null),
            ("created", $"{video.CreatedAt:u}"),
            ("plays at", link),
        ];
        foreach (var (name, value) in lines.Where(l => l.Value is not null))
        {
            await Console.Out.WriteLineAsync($"{name,-9} {TerminalText.Clean(value!)}");
        }

        return 0;
    }

    private static async Task<int> DeleteAsync(string id, bool yes, CancellationToken cancellation)
    {
        using var api = RemoteAccess.Open();
        if (!yes)
        {
            if (!Question.IsPossible)
            {
                throw new CommandFailure("there is no terminal to ask whether it is meant: say so with --yes.", CommandFailure.BadUsage);
            }

            var video = await api.GetVideoAsync(id, cancellation);
            if (!await Question.YesAsync($"Delete {video.Title} ({video.Status}) for good?", cancellation))
            {
                return CommandFailure.Failed;
            }
        }

        await api.DeleteVideoAsync(id, cancellation);
        await Console.Out.WriteLineAsync($"deleted {id}");
        return 0;
    }
}
