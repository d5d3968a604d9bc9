using Kinora.Core.Infra.Failpoints;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>Failpoints in processes of a deployment, and which of them fired.</summary>
internal static class ArmedFailpoints
{
    public const int KilledCode = 128 + 9;

    /// <summary>To start a process with.</summary>
    /// <param name="rules">As <see cref="FailpointRule"/> reads them.</param>
    public static string[] Settings(this Deployment deployment, params IEnumerable<string> rules) =>
    [
        "ASPNETCORE_ENVIRONMENT=Test", $"Kinora__FailpointLog={deployment.FailpointLog}",
        .. rules.Select((rule, i) => $"Kinora__Failpoints__{i}={rule}"),
    ];

    /// <summary>Whether the process is dead by SIGKILL, and said before that it was this failpoint.</summary>
    public static async Task<bool> WasKilledAtAsync(this Deployment deployment, KinoraProcess process, string failpoint)
    {
        if (!process.Exited.IsCompleted || await process.Exited != KilledCode || !File.Exists(deployment.FailpointLog))
        {
            return false;
        }

        // Without a lock: another process may write.
        await using var file = new FileStream(deployment.FailpointLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var lines = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');
        return lines.Any(l => l.StartsWith($"{failpoint} kill ", StringComparison.Ordinal) && l.EndsWith($" {process.Id}", StringComparison.Ordinal));
    }
}
