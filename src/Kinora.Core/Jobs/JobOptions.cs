using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Jobs;

/// <summary>The times and limits of the job protocol. Section "Kinora:Jobs"; the same in every process.</summary>
public sealed class JobOptions : IValidatableObject
{
    /// <summary>How long a worker owns a job without a beat.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a worker renews its leases and writes progress.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Beat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long after its end a lease is left alone before the job is taken from its worker.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often each process looks for jobs to hand to the queue and for leases that ended.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan DispatchInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// While the queue holds fewer messages than there are jobs to claim, a job whose message is this old gets another one: it may be lost.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RedispatchAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Messages of a job type that are kept in the queue at most; more jobs than that wait in the database.</summary>
    [Range(1, 100_000)]
    public int DispatchWindow { get; set; } = 256;

    /// <summary>Attempts of a job, failed and crashed ones together.</summary>
    [Range(1, 20)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Workers that may die of a job before it ends as POISON.</summary>
    [Range(1, 20)]
    public int MaxCrashes { get; set; } = 3;

    /// <summary>The wait before the second attempt; doubled for each further one, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan BackoffBase { get; set; } = TimeSpan.FromSeconds(2);

    [Range(typeof(TimeSpan), "00:00:00", "24:00:00")]
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a job waits out an outage (storage away or full, the worker's disk full, the database away) before its attempts are counted
    /// again.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan OutagePatience { get; set; } = TimeSpan.FromHours(24);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // A worker gives a job up two beats before its lease ends; with fewer than four beats a lease it would do so at the first hiccup.
        if (Lease < 4 * Beat)
        {
            yield return new ValidationResult("Lease must be at least four times Beat.", [nameof(Lease), nameof(Beat)]);
        }
    }
}
