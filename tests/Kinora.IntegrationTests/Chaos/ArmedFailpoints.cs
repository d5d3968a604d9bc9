using System.Globalization;
using Kinora.IntegrationTests.Queues;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>Failpoints for the processes that are started with <see cref="Settings"/>, and which of them fired.</summary>
/// <param name="path">Of the log, a file that is made by the first that fires; processes may share it.</param>
internal sealed class ArmedFailpoints(string path)
{
    public IReadOnlyList<FiredFailpoint> Fired => [.. ReadLines().Select(FiredFailpoint.Parse)];

    /// <param name="rules">As "complete.in_transaction:delay=30@*".</param>
    public string[] Settings(params string[] rules) =>
    [
        "DOTNET_ENVIRONMENT=Test", $"Kinora__FailpointLog={path}", .. rules.Select((rule, i) => $"Kinora__Failpoints__{i}={rule}"),
    ];

    /// <summary>Until it has fired so often.</summary>
    /// <returns>The last of them.</returns>
    public async Task<FiredFailpoint> WaitAsync(string name, int times = 1)
    {
        var fired = new List<FiredFailpoint>();
        await Eventually.TrueAsync(
            () => (fired = [.. Fired.Where(f => f.Name == name)]).Count >= times, () => $"{name} fired {fired.Count} times, not {times}");
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

/// <param name="At">Before what it does: a delay follows.</param>
internal sealed record FiredFailpoint(string Name, DateTimeOffset At, int ProcessId)
{
    public static FiredFailpoint Parse(string line) => line.Split(' ') is [var name, _, var at, var pid]
        ? new FiredFailpoint(name, DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), int.Parse(pid, CultureInfo.InvariantCulture))
        : throw new FormatException(line);
}
