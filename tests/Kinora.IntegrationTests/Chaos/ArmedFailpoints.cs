using System.Globalization;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>Failpoints for the processes that are started with <see cref="Settings"/>, and which of them fired.</summary>
/// <param name="path">Of the log, a file that is made by the first that fires; processes may share it.</param>
internal sealed class ArmedFailpoints(string path)
{
    private const int KilledCode = 128 + 9;

    public IReadOnlyList<FiredFailpoint> Fired => [.. ReadLines().Select(FiredFailpoint.Parse)];

    /// <param name="rules">As "complete.in_transaction:delay=30@*".</param>
    public string[] Settings(params string[] rules) =>
    [
        "DOTNET_ENVIRONMENT=Test", $"Kinora__FailpointLog={path}", .. rules.Select((rule, i) => $"Kinora__Failpoints__{i}={rule}"),
    ];

    /// <summary>Whether the process is dead by SIGKILL, and said before that it was this failpoint.</summary>
    public async Task<bool> HasKilledAsync(KinoraProcess process, string name) =>
        process.Exited.IsCompleted && await process.Exited == KilledCode
        && Fired.Any(f => f.Name == name && f.Action == "kill" && f.ProcessId == process.Id);

    /// <summary>Until it has fired so often.</summary>
    /// <returns>The last of them.</returns>
    public async Task<FiredFailpoint> WaitAsync(string name, int times = 1)
    {
        var fired = new List<FiredFailpoint>();
        await Eventually.TrueAsync(
            () => (fired = [.. Fired.Where(f => f.Name == name)]).Count >= times, () => $"{name} fired {fired.Count} times, not {times}",
            KinoraClient.Patience);
        return fired[times - 1];
    }

    private string[] ReadLines()
    {
        while (true)
        {
            try
            {
                return File.Exists(path) ? File.ReadAllLines(path) : [];
            }
            catch (IOException)
            {
                // A process writes just now, and locks it for as long.
            }
        }
    }
}

/// <param name="Action">"kill", "hang", "delay" or "throw".</param>
/// <param name="At">Before what it does: a delay follows.</param>
internal sealed record FiredFailpoint(string Name, string Action, DateTimeOffset At, int ProcessId)
{
    public static FiredFailpoint Parse(string line) => line.Split(' ') is [var name, var action, var at, var pid]
        ? new FiredFailpoint(name, action, DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), int.Parse(pid, CultureInfo.InvariantCulture))
        : throw new FormatException(line);
}
