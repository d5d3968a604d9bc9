using System.Text.Json;
using System.Text.Json.Serialization;
using Kinora.Core;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Audit;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.Logging.Console;
using Npgsql;

namespace Kinora.Worker;

/// <summary>
/// <c>fsck [--repair] [--checksums] [--json]</c>: each finding is a line as it is met, the sum comes last. It may be ended at any time and
/// run again. Needs the database and the store; no Redis.
/// </summary>
internal static class FsckCommand
{
    private const int Clean = 0;
    private const int FindingsRemain = 1;
    private const int CouldNotRun = 2;
    private static readonly string[] Flags = ["--repair", "--checksums", "--json"];

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var result = CouldNotRun;
        var started = await StartUp.RunAsync("kinora-fsck", async () =>
        {
            // What stands where a flag may is no setting: a misspelt --repair must not pass for one.
            if (args.FirstOrDefault(a => !Flags.Contains(a) && !a.StartsWith("--Kinora:", StringComparison.OrdinalIgnoreCase)) is { } unknown)
            {
                throw new ArgumentException($"there is no option \"{unknown}\": use {string.Join(", ", Flags)}");
            }

            using var host = Build([.. args.Except(Flags)]);
            var scope = new AuditScope(args.Contains("--checksums"), args.Contains("--repair") ? AuditRepair.All : AuditRepair.None);
            result = await CheckAsync(host.Services.GetRequiredService<StoreAudit>(), scope, args.Contains("--json"), output);
        });
        return started == 0 ? result : CouldNotRun;
    }

    private static IHost Build(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.AddKinoraLogging();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        // The output is the findings'.
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddKinoraWorker(builder.Configuration);
        return builder.Build();
    }

    private static async Task<int> CheckAsync(StoreAudit audit, AuditScope scope, bool json, TextWriter output)
    {
        var tally = new AuditTally();
        var (found, remaining, resubmitted) = (0L, 0L, 0L);
        try
        {
            await foreach (var finding in audit.RunAsync(scope, tally, CancellationToken.None))
            {
                found++;
                remaining += finding.Remains ? 1 : 0;
                resubmitted += finding.Outcome == RepairOutcome.Resubmitted ? 1 : 0;
                await output.WriteLineAsync(json ? ToJson(finding) : ToText(finding));
                await output.FlushAsync();
            }
        }
        catch (Exception e) when (e is StorageException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync($"kinora-fsck: broken off: {e.Message}");
            return CouldNotRun;
        }

        var summary = new FsckSummary(new FsckCounts(tally.Objects, tally.Bytes, found, found - remaining, remaining));
        var until = resubmitted > 0 ? $", {resubmitted} of them until their jobs are done" : "";
        await output.WriteLineAsync(json
            ? JsonSerializer.Serialize(summary, FsckJson.Default.FsckSummary)
            : $"{tally.Objects} objects of {tally.Bytes} bytes: {found} findings, {found - remaining} repaired, {remaining} remain{until}");
        return remaining == 0 ? Clean : FindingsRemain;
    }

    private static string ToText(Finding finding)
    {
        var repair = finding.Outcome switch
        {
            RepairOutcome.Repaired => "; repaired",
            RepairOutcome.Resubmitted => $"; job {finding.JobId} makes it again",
            RepairOutcome.Impossible => "; cannot be repaired",
            _ => "",
        };
        return $"{finding.Code,-17} {finding.Subject}: {finding.Detail}{repair}";
    }

    private static string ToJson(Finding finding)
    {
        var line = new FsckLine(
            finding.Code, finding.Subject, finding.VideoId, finding.Detail, finding.Outcome.ToString().ToUpperInvariant(), finding.JobId);
        return JsonSerializer.Serialize(line, FsckJson.Default.FsckLine);
    }
}

/// <param name="Repair">NONE, REPAIRED, RESUBMITTED or IMPOSSIBLE.</param>
internal sealed record FsckLine(string Code, string Subject, Guid? VideoId, string Detail, string Repair, Guid? JobId);

internal sealed record FsckSummary(FsckCounts Summary);

internal sealed record FsckCounts(long Objects, long Bytes, long Found, long Repaired, long Remaining);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FsckLine))]
[JsonSerializable(typeof(FsckSummary))]
internal sealed partial class FsckJson : JsonSerializerContext;
