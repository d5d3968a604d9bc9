using Kinora.Core.Infra.Processes;

namespace Kinora.IntegrationTests.Cli;

/// <summary>The command as its users start it.</summary>
internal static class KinoraCommand
{
    public static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var lines = new List<string>();
        void Keep(string line)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }

        var program = Path.Combine(AppContext.BaseDirectory, "kinora.dll");
        var environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "" };

        // Behind a pipe, as in a script: what runs on in the background must not keep it open.
        var piped = (string[])["-c", "set -o pipefail; dotnet \"$@\" 2>&1 | cat", "bash", program, .. arguments];
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec("bash", piped)
        {
            Environment = environment,
            OnOutputLine = Keep,
        });
        var code = await process.Exited.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
        return (code, string.Join('\n', lines));
    }
}
