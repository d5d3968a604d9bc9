using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Infra.Storage;

/// <summary>Section "Kinora:Collector".</summary>
public sealed class CollectorOptions
{
    /// <summary>How often a worker looks for objects to remove.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after its attempt's end an unpublished prefix is left alone: a last PUT may be under way. More than one exchange with the
    /// store may take (Kinora:Storage:S3:Timeout), or what it writes stays behind.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "24:00:00")]
    public TimeSpan AbandonedGrace { get; set; } = TimeSpan.FromMinutes(10);
}
