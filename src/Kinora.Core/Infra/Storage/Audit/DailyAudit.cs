using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Storage.Audit;

/// <summary>
/// Once a day (Kinora:Collector:AuditInterval) one worker for all compares store and rows by names and sizes, tells what it finds in its
/// log and a metric, and removes what is certainly left over. It makes nothing again: that is `kinora fsck --repair`.
/// </summary>
public sealed partial class DailyAudit(
    StoreAudit audit, Chores chores, KinoraMetrics metrics, IOptions<CollectorOptions> options, ILogger<DailyAudit> logger) : BackgroundService
{
    private const string Chore = "audit";

    /// <summary>A store that lost everything must not fill the log; the metric counts all.</summary>
    private const int LoggedFindings = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.AuditInterval == TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    if (await chores.TryTakeAsync(Chore, options.Value.AuditInterval, stoppingToken))
                    {
                        await RunAsync(stoppingToken);
                    }
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var tally = new AuditTally();
        var (found, remaining) = (0, 0);
        var scope = new AuditScope(Checksums: false, AuditRepair.Orphans) { OrphanAge = options.Value.OrphanAge };
        await foreach (var finding in audit.RunAsync(scope, tally, cancellation))
        {
            metrics.AuditFound(finding);
            remaining += finding.Remains ? 1 : 0;
            if (++found <= LoggedFindings)
            {
                LogFinding(finding.Code, finding.Subject, finding.VideoId, finding.Detail, finding.Outcome);
            }
        }

        LogDone(tally.Objects, tally.Bytes, found, remaining);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Audit: {code} {subject} (video {videoId}): {detail}; repair: {outcome}")]
    private partial void LogFinding(string code, string subject, Guid? videoId, string detail, RepairOutcome outcome);

    [LoggerMessage(Level = LogLevel.Information, Message = "Audited {objects} objects of {bytes} bytes: {found} findings, {remaining} remain")]
    private partial void LogDone(long objects, long bytes, int found, int remaining);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit of the store broke off")]
    private partial void LogFailed(Exception exception);
}
