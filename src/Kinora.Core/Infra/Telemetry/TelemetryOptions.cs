using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>Section Kinora:Telemetry.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Kinora:Telemetry";

    /// <summary>How often the queues' lengths and the live jobs are read for /metrics.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan QueueSampleInterval { get; set; } = TimeSpan.FromSeconds(10);
}
