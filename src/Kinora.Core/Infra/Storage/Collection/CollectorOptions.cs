using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Infra.Storage.Collection;

/// <summary>Section "Kinora:Collector".</summary>
public sealed class CollectorOptions
{
    private static readonly IReadOnlyList<TimeSpan> DefaultSweepAgain = [TimeSpan.FromMinutes(10), TimeSpan.FromHours(24)];

    /// <summary>How often a worker looks for objects to remove, and each process for what dead ones left on its disk.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after its attempt's end an unpublished prefix is left alone, and how old a put that never ended must be: a last one may be
    /// under way. More than one exchange with the store may take (Kinora:Storage:S3:Timeout).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "24:00:00")]
    public TimeSpan AbandonedGrace { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a worker has to itself what it is about to sweep, 50 prefixes; if it dies, another one takes them then. More than their
    /// sweeps take, or all workers would do the same.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BatchTime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long after each sweep of a prefix the next one follows, for what a zombie writes late. Null: after ten minutes and then a day.
    /// </summary>
    public IReadOnlyList<TimeSpan>? SweepAgain { get; set; }

    /// <summary>How often one worker for all compares the store with the database; zero: never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan AuditInterval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How old an object that no row knows must be before that comparison removes it. With a database that came back from a backup all that
    /// was made since is unknown: this is the time to notice, and to make it known or to let it go.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan OrphanAge { get; set; } = TimeSpan.FromDays(7);

    internal IReadOnlyList<TimeSpan> Sweeps => SweepAgain ?? DefaultSweepAgain;
}
