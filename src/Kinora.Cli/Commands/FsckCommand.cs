using System.CommandLine;
using Kinora.Cli.Running;

namespace Kinora.Cli.Commands;

/// <summary>The store against the database, both ways, with the worker's own fsck. 0: all is well; 1: findings remain; 2: it could not run.</summary>
internal static class FsckCommand
{
    private const int CouldNotRun = 2;

    public static Command Create()
    {
        var repair = new Option<bool>("--repair") { Description = "Remove what is left over and make again what is damaged." };
        var checksums = new Option<bool>("--checksums") { Description = "Read every object and compare its SHA-256." };
        var json = new Option<bool>("--json") { Description = "One JSON object a finding; the last line is the summary." };
        var dataDir = CommonOptions.DataDir();
        var command = new Command("fsck", "Compare the stored objects with the database.") { repair, checksums, json, dataDir };
        command.SetAction((result, cancellation) =>
        {
            string[] arguments = [.. ((Option<bool>[])[repair, checksums, json]).Where(result.GetValue).Select(o => o.Name)];
            return RunAsync(DataFolder.Of(result.GetValue(dataDir)), arguments, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(DataFolder folder, string[] arguments, CancellationToken cancellation)
    {
        try
        {
            if (!Directory.Exists(folder.Root))
            {
                throw new CommandFailure($"there is no Kinora in {folder.Root} yet: start one with `kinora up`.");
            }

            folder.Create();
            using var log = new FileProcessLog(folder);
            await using var stack = await StackDatabase.OpenAsync(folder, log, cancellation);
            return await HttpProcess.RunAsync(
                Installation.Program("Kinora.Worker"), ["fsck", .. arguments], stack.Environment, Console.Out.WriteLine, cancellation, Console.Error.WriteLine);
        }
        catch (CommandFailure failure)
        {
            throw new CommandFailure(failure.Message, CouldNotRun);
        }
    }
}
