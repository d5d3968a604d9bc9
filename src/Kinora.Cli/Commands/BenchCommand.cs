using System.Collections;
using System.CommandLine;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Commands;

/// <summary>Builds the benchmarks as they are to be measured, and runs them. Their exit code is the command's.</summary>
internal static class BenchCommand
{
    private const string Project = "Kinora.Benchmarks";

    /// <summary>For the program to end its servers and to remove its media.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, string> Inherited =
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "");

    public static Command Create()
    {
        var options = new BenchOptions();
        var command = options.AddTo(new Command("bench", "Measure Kinora against others that do the same; writes the tables of docs/benchmarks.md."));
        command.SetAction((result, cancellation) => RunAsync(options.ToArguments(result), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        string[] build = ["build", $"bench/{Project}", "-c", "Release", "--nologo", "--verbosity", "quiet", "-clp:NoSummary"];
        if (await RunProgramAsync(build, cancellation) is not 0 and var failed)
        {
            throw new CommandFailure("the benchmarks could not be built.", failed);
        }

        var program = Path.Combine(Installation.Root, "artifacts", "bin", Project, "release", $"{Project}.dll");
        return await RunProgramAsync([program, .. arguments], cancellation);
    }

    private static async Task<int> RunProgramAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec(Installation.Dotnet, arguments)
        {
            Environment = Inherited,
            WorkingDirectory = Installation.Root,
        });
        try
        {
            return await process.Exited.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync(StopGrace);
            throw;
        }
    }
}
