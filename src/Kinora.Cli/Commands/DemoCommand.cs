using System.CommandLine;
using System.Net;
using System.Net.NetworkInformation;
using Kinora.Cli.Demo;
using Kinora.Cli.Progress;
using Kinora.Cli.Remote.Uploads;
using Kinora.Cli.Running;

namespace Kinora.Cli.Commands;

/// <summary>The main job from a bare checkout: a file goes in, a link that plays comes out.</summary>
internal static class DemoCommand
{
    private const int PreferredPort = 8080;

    /// <summary>It parses one file, of the user's own: no reason to refuse a host without namespaces.</summary>
    private static readonly Dictionary<string, string> Settings = new() { ["Kinora__Sandbox__Mode"] = "BestEffort" };

    public static Command Create()
    {
        var file = new Argument<string?>("FILE") { Arity = ArgumentArity.ZeroOrOne, Description = "The video to play [default: a clip made here]." };
        var exit = new Option<bool>("--exit") { Description = "Stop once the link has answered, instead of serving until Ctrl-C." };
        var port = new Option<int?>("--port") { Description = "The port of the API [default: 8080, or a free one when that is in use]." };
        var dataDir = CommonOptions.DataDir();
        port.Validators.Add(CommonOptions.Range(0, CommonOptions.HighestPort));
        var command = new Command("demo", "Start everything, upload a video and print the link where it plays.") { file, exit, port, dataDir };
        command.SetAction((result, cancellation) => RunAsync(
            result.GetValue(file), result.GetValue(exit), result.GetValue(port), DataFolder.Of(result.GetValue(dataDir)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string? file, bool exit, int? port, DataFolder folder, CancellationToken cancellation)
    {
        var output = Console.Out;
        if (file is not null)
        {
            // Before anything is started.
            SourceFile.Open(file);
        }

        folder.Create();
        using var log = new FileProcessLog(folder);
        await output.WriteLineAsync($"starting PostgreSQL, Redis, the API and a worker (logs: {folder.Logs})");
        await using var stack = await KinoraStack.StartAsync(folder, port ?? ChoosePort(), workers: 1, () => log, cancellation, settings: Settings);
        await output.WriteLineAsync($"ready {stack.Url}");

        var clip = file ?? await DemoClip.MakeAsync(folder, cancellation);
        using var run = new DemoRun(new Uri(stack.Url), ProgressBoards.OfOutput());
        await output.WriteLineAsync($"uploading {clip} as {run.Credentials.Email}, password {run.Credentials.Password} (log in at {stack.Url}/app)");
        var link = await run.RunAsync(clip, cancellation);

        // Not through Spectre, which would break the link at the terminal's width.
        await output.WriteLineAsync(exit ? $"plays at {link}" : $"plays at {link}\nserving until Ctrl-C");
        if (!exit)
        {
            await StopSignals.WaitAsync(cancellation);
        }

        return 0;
    }

    private static int ChoosePort() =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == PreferredPort && IsLocal(e.Address)) ? 0 : PreferredPort;

    private static bool IsLocal(IPAddress address) =>
        IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
