using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Native;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Processes;

namespace Kinora.Worker;

/// <summary>
/// The worker's process. Without a command it works; <c>fsck</c> compares the store with the database;
/// <c>probe-host</c> is the helper that parses hostile files for it. What stops it at its start is one line on the error output and the
/// exit code 1 (2 for fsck).
/// </summary>
internal static class WorkerProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["probe-host"])
        {
            return ProbeHost.Run(Console.OpenStandardInput(), Console.OpenStandardOutput());
        }

        if (args is ["fsck", .. var rest])
        {
            return await FsckCommand.RunAsync(rest, Console.Out);
        }

        return await StartUp.RunAsync("kinora-worker", async () =>
        {
            await using var app = WorkerSetup.Build(args);
            StartUp.Validate(app.Services);
            await app.Services.GetRequiredService<Sandbox>().FindAsync();
            await app.Services.GetRequiredService<FfmpegVersion>().LogAsync();
            await app.RunAsync();
        });
    }
}
