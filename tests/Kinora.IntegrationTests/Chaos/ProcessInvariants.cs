using System.Net;
using Kinora.Core.Jobs;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>What runs, and what lies in the folders.</summary>
internal static class ProcessInvariants
{
    private static readonly TimeSpan OrphanLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<string>> AlwaysAsync(
        Deployment deployment, JobOptions options, CancellationToken cancellation)
    {
        var violations = new List<string>();
        foreach (var process in Serving(deployment))
        {
            if (await AskAsync(process, "/health/live", cancellation) is not HttpStatusCode.OK and var status && Serving(deployment).Contains(process))
            {
                violations.Add($"A1: process {process.Id} lives and answers {status?.ToString() ?? "nothing"}");
            }
        }

        var orphans = Orphans(deployment);
        if (orphans.Count > 0)
        {
            await Task.Delay(OrphanLimit, cancellation);
            violations.AddRange(orphans.Intersect(Orphans(deployment)).Select(e => $"W1: the worker of encoder {e.Id} (job {e.JobId}) is dead, the encoder is not"));
        }

        violations.AddRange(await FindCanceledAsync(deployment, options.Beat + CancelLimit, cancellation));
        return violations;
    }

    public static async Task<IReadOnlyList<string>> AtRestAsync(Deployment deployment, CancellationToken cancellation)
    {
        var violations = new List<string>();
        violations.AddRange(EncoderProcess.Of(deployment).Select(e => $"W1: encoder {e.Id} (job {e.JobId}) still runs"));
        violations.AddRange(deployment.ListScratchFiles().Select(f => $"W1: left in WORK_DIR: {f}"));
        violations.AddRange(Directory.EnumerateFiles(deployment.UploadFolder).Select(f => $"W2: left in TMP_DIR: {f}"));
        foreach (var process in Serving(deployment))
        {
            if (await AskAsync(process, "/health/ready", cancellation) is not HttpStatusCode.OK and var status)
            {
                violations.Add($"A1: process {process.Id} is not ready: {status?.ToString() ?? "no answer"}");
            }
        }

        return violations;
    }

    private static List<KinoraProcess> Serving(Deployment deployment) =>
        [.. deployment.Processes.Where(p => !p.Exited.IsCompleted && !p.IsFrozen && !p.IsEnding)];

    private static List<EncoderProcess> Orphans(Deployment deployment)
    {
        // First the encoders: a worker that starts in between has none of them.
        var encoders = EncoderProcess.Of(deployment);
        var parents = encoders.Select(e => e.Id).Concat(deployment.Processes.Where(p => !p.Exited.IsCompleted).Select(p => p.Id)).ToHashSet();
        return [.. encoders.Where(e => !parents.Contains(e.ParentId))];
    }

    private static async Task<IReadOnlyList<string>> FindCanceledAsync(Deployment deployment, TimeSpan limit, CancellationToken cancellation)
    {
        var encoders = EncoderProcess.Of(deployment);
        if (encoders.Count == 0 || deployment.Processes.Any(p => p.IsFrozen))
        {
            return [];
        }

        await using var command = deployment.Database.CreateCommand(
            "SELECT id FROM jobs WHERE id = ANY (@ids) AND status = 'CANCELED' AND finished_at < clock_timestamp() - @limit");
        command.Parameters.AddWithValue("ids", encoders.Select(e => e.JobId).ToArray());
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var violations = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            violations.Add($"J8: the encoder of the canceled job {reader.GetGuid(0)} still runs");
        }

        return violations;
    }

    private static async Task<HttpStatusCode?> AskAsync(KinoraProcess process, string path, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = process.Address, Timeout = AnswerLimit };
        try
        {
            using var answer = await http.GetAsync(path, cancellation);
            return answer.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
