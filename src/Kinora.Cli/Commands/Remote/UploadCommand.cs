using System.CommandLine;
using Kinora.Cli.Progress;
using Kinora.Cli.Remote.Sessions;
using Kinora.Cli.Remote.Uploads;

namespace Kinora.Cli.Commands.Remote;

/// <summary>Sends files to a server, over bad lines too, and waits until they play.</summary>
internal static class UploadCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "Video files, sent one after the other." };
        var title = new Option<string?>("--title") { Description = "The video's title [default: the file's name]." };
        var noTranscode = new Option<bool>("--no-transcode") { Description = "Do not encode it: only store and analyze it." };
        var watch = new Option<bool>("--watch") { Description = "Wait until it is READY (without encoding: ANALYZED) or has failed; prints the link where it plays." };
        var url = new Option<string?>("--url") { Description = "Instead of a file: an address from where the server fetches the video." };
        var json = RemoteOptions.Json();
        var command = new Command("upload", "Upload videos; what is interrupted goes on when the same command is run again.")
        {
            files, title, noTranscode, watch, url, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var options = new UploadRunOptions(result.GetValue(title), !result.GetValue(noTranscode), result.GetValue(watch));
            var (sources, address) = Choose(result.GetValue(files) ?? [], result.GetValue(url), options);
            using var api = RemoteAccess.Open();
            IUploadOutput output = result.GetValue(json) ? new JsonUploadOutput(TimeProvider.System) : new TextUploadOutput(ProgressBoards.OfOutput());
            var run = new UploadRun(api, options, output, TimeProvider.System);
            try
            {
                return address is not null ? await run.RunAsync(address, cancellation) : await run.RunAsync(sources, cancellation);
            }
            catch (OperationCanceledException) when (run.IsSending)
            {
                await Console.Error.WriteLineAsync("kinora: stopped; the same command goes on where it was.");
                throw;
            }
        });
        return command;
    }

    /// <summary>All that can be wrong with what was named is said before anything is sent.</summary>
    private static (IReadOnlyList<SourceFile> Files, Uri? Address) Choose(string[] files, string? url, UploadRunOptions options)
    {
        if ((files.Length > 0) == (url is not null))
        {
            throw new CommandFailure("name files to upload, or an address with --url.", CommandFailure.BadUsage);
        }

        if (options.Title is not null && files.Length > 1)
        {
            throw new CommandFailure("--title is for one file: several would all be called the same.", CommandFailure.BadUsage);
        }

        return url is null ? ([.. files.Select(SourceFile.Open)], null)
            : Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https" } ? ([], address)
            : throw new CommandFailure("--url must be an address that begins with http:// or https://.", CommandFailure.BadUsage);
    }
}
