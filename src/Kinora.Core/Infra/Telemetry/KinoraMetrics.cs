using System.Diagnostics.Metrics;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage.Audit;
using Kinora.Core.Jobs;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>
/// Kinora's own instruments; as Prometheus shows them: kinora_jobs_finished_total, kinora_job_attempts_total, kinora_job_deferrals_total,
/// kinora_job_crashes_total, kinora_job_duration_seconds, kinora_uploads_total, kinora_upload_bytes_total, kinora_audit_findings_total,
/// kinora_webhook_attempts_total, kinora_queue_length, kinora_jobs_live. Labels are of closed sets: no ids, no names of users.
/// </summary>
public sealed class KinoraMetrics
{
    public const string MeterName = "Kinora";

    // From a thumbnail's half second to hours of encoding.
    private static readonly double[] DurationBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600];

    private readonly Counter<long> _jobsFinished;
    private readonly Counter<long> _jobAttempts;
    private readonly Counter<long> _jobDeferrals;
    private readonly Counter<long> _jobCrashes;
    private readonly Histogram<double> _jobDuration;
    private readonly Counter<long> _uploads;
    private readonly Counter<long> _uploadBytes;
    private readonly Counter<long> _auditFindings;
    private readonly Counter<long> _webhookAttempts;
    private volatile IReadOnlyDictionary<string, QueueCounts> _queues = new Dictionary<string, QueueCounts>();

    private volatile IReadOnlyList<LiveJobCount> _liveJobs = [];

    public KinoraMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _jobsFinished = meter.CreateCounter<long>("kinora.jobs.finished", description: "Jobs that came to their end.");
        _jobAttempts = meter.CreateCounter<long>("kinora.job.attempts", description: "Attempts that workers began; kind: first or retry.");
        _jobDeferrals = meter.CreateCounter<long>("kinora.job.deferrals", description: "Attempts that an outage ended, which do not count.");
        _jobCrashes = meter.CreateCounter<long>("kinora.job.crashes", description: "Jobs taken from workers that were lost.");
        _jobDuration = meter.CreateHistogram(
            "kinora.job.duration", "s", "Of the attempt that ended the job.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets });
        _uploads = meter.CreateCounter<long>("kinora.uploads", description: "Uploads that became videos or were refused.");
        _uploadBytes = meter.CreateCounter<long>("kinora.upload", "By", "Bytes of the uploads that became videos.");
        _auditFindings = meter.CreateCounter<long>("kinora.audit.findings", description: "What audits of the store found.");
        _webhookAttempts = meter.CreateCounter<long>("kinora.webhook.attempts", description: "Attempts at deliveries of webhooks; outcome: taken or failed.");
        meter.CreateObservableGauge("kinora.queue.length", ObserveQueues, description: "Messages in the queue, as last seen.");
        meter.CreateObservableGauge("kinora.jobs.live", ObserveLiveJobs, description: "Jobs that have not ended, as last seen.");
    }

    /// <param name="code">Why it failed; null where it did not.</param>
    /// <param name="attempt">How long the attempt took that ended it.</param>
    public void JobFinished(JobType type, JobStatus outcome, JobErrorCode? code, TimeSpan attempt)
    {
        JobFinishedByOthers(type, outcome, code);
        _jobDuration.Record(attempt.TotalSeconds, Tag("type", type.ToString()), Tag("outcome", outcome.ToString()));
    }

    /// <summary>
    /// Not by an attempt of its own: it was canceled, or its worker was lost. Its life so far is mostly waiting, and says nothing of how long
    /// the work takes.
    /// </summary>
    public void JobFinishedByOthers(JobType type, JobStatus outcome, JobErrorCode? code) =>
        _jobsFinished.Add(1, Tag("type", type.ToString()), Tag("outcome", outcome.ToString()), new("code", code?.Name ?? ""));

    /// <param name="isFirst">Of the job; what was deferred or given back before is tried again, though it was not charged.</param>
    public void JobAttempted(JobType type, bool isFirst) =>
        _jobAttempts.Add(1, Tag("type", type.ToString()), new("kind", isFirst ? "first" : "retry"));

    /// <param name="code">Of what was away.</param>
    public void JobDeferred(JobType type, JobErrorCode code) =>
        _jobDeferrals.Add(1, Tag("type", type.ToString()), new("code", code.Name));

    /// <summary>It was taken from a lost worker, whether another attempt follows or it has FAILED.</summary>
    public void JobCrashed(JobType type) => _jobCrashes.Add(1, Tag("type", type.ToString()));

    /// <param name="way">How it came: "multipart", "tus" or "url".</param>
    public void UploadFinished(string way, long bytes)
    {
        _uploads.Add(1, new("way", way), new("outcome", "accepted"), new("code", ""));
        _uploadBytes.Add(bytes, new KeyValuePair<string, object?>("way", way));
    }

    public void UploadRefused(string way, ErrorCode code) =>
        _uploads.Add(1, new("way", way), new("outcome", "refused"), new("code", code.Name));

    public void AuditFound(Finding finding) =>
        _auditFindings.Add(1, new("kind", finding.Code), new("outcome", finding.Remains ? "remains" : "repaired"));

    /// <param name="isTaken">The receiver has answered with 2xx.</param>
    public void WebhookAttempted(bool isTaken) => _webhookAttempts.Add(1, new KeyValuePair<string, object?>("outcome", isTaken ? "taken" : "failed"));

    /// <summary>The latest lengths; empty while Redis is away: no number is better than an old one.</summary>
    internal void ShowQueues(IReadOnlyDictionary<string, QueueCounts> queues) => _queues = queues;

    /// <summary>The latest numbers out of the database; empty while it is away.</summary>
    internal void ShowLiveJobs(IReadOnlyList<LiveJobCount> jobs) => _liveJobs = jobs;

    private IEnumerable<Measurement<long>> ObserveLiveJobs() =>
        _liveJobs.Select(job => new Measurement<long>(job.Count, Tag("type", job.Type.ToString()), Tag("status", job.Status.ToString())));

    private IEnumerable<Measurement<long>> ObserveQueues()
    {
        foreach (var (queue, counts) in _queues)
        {
            yield return new(counts.Waiting, new("queue", queue), new("state", "waiting"));
            yield return new(counts.Active, new("queue", queue), new("state", "active"));
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value.ToUpperInvariant());
}
