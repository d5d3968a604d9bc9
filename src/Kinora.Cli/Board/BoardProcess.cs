using System.Text.Json;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Board;

/// <summary>
/// Bull Board, by Node.js. Its packages are no part of a build that serves videos: they are installed beside the build when it is first asked for.
/// </summary>
internal static class BoardProcess
{
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private static string Sources => Path.Combine(Installation.Root, "src", "Kinora.Cli", "Board", "node");

    private static string Folder => Path.Combine(Installation.Root, "artifacts", "board");

    /// <summary>Runs it until it ends or is to stop.</summary>
    /// <returns>Its exit code; 0 where it was stopped.</returns>
    public static async Task<int> RunAsync(BoardSettings settings, CancellationToken cancellation)
    {
        await InstallAsync(cancellation);
        await using var process = await ChildProcess.StartAsync(Spec("node", "board.mjs") with { RedirectInput = true });
        await using (var input = process.Input)
        {
            await JsonSerializer.SerializeAsync(input, settings, BoardJson.Default.BoardSettings, cancellation);
        }

        try
        {
            return await process.Exited.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync(StopGrace);
            return 0;
        }
    }

    private static async Task InstallAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Folder);
        var isSame = true;
        foreach (var source in Directory.EnumerateFiles(Sources))
        {
            var target = Path.Combine(Folder, Path.GetFileName(source));
            var content = await File.ReadAllTextAsync(source, cancellation);
            if (!File.Exists(target) || await File.ReadAllTextAsync(target, cancellation) != content)
            {
                await File.WriteAllTextAsync(target, content, cancellation);
                isSame = false;
            }
        }

        if (isSame && File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
        {
            return;
        }

        await Console.Error.WriteLineAsync("kinora: installing Bull Board");
        await using var npm = await ChildProcess.StartAsync(Spec("npm", "ci", "--ignore-scripts", "--omit=optional", "--loglevel=error"));
        if (await npm.Exited.WaitAsync(InstallTimeout, cancellation) != 0)
        {
            throw new CommandFailure("npm could not install Bull Board: see above.");
        }
    }

    private static ChildProcessSpec Spec(string program, params string[] arguments) => new(program, arguments)
    {
        WorkingDirectory = Folder,
        Environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? ""),
        ParentDeathSignal = PosixSignalNumber.Terminate,
        OnOutputLine = Console.Out.WriteLine,
        OnErrorLine = line => Console.Error.WriteLine($"kinora: {line}"),
    };
}
