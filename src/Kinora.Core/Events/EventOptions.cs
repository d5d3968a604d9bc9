using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Events;

/// <summary>Section "Kinora:Events".</summary>
public sealed class EventOptions
{
    /// <summary>How long events can be read. The last one of a video stays as long as the video does, for its number.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How many streams and waiting requests one user may have at an API at once.</summary>
    [Range(1, 10_000)]
    public int MaxStreamsPerUser { get; set; } = 20;
}
