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

    /// <summary>A job that was handed to the queue and not claimed is handed over again after this: its message may be lost.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RedispatchAfter { get; set; } = TimeSpan.FromSeconds(60);

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

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // A worker gives a job up two beats before its lease ends; with fewer than four beats a lease it would do so at the first hiccup.
        if (Lease < 4 * Beat)
        {
            yield return new ValidationResult("Lease must be at least four times Beat.", [nameof(Lease), nameof(Beat)]);
        }
    }
}
