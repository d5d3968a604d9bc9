using System.ComponentModel.DataAnnotations;

namespace Kinora.Worker;

/// <summary>Section "Kinora:Worker".</summary>
internal sealed class WorkerOptions
{
    /// <summary>The scratch folder; each worker process has a folder of its own in it.</summary>
    [Required]
    public string WorkDir { get; set; } = Path.Combine(Path.GetTempPath(), "kinora-work");

    /// <summary>Jobs of each type that this process runs at once.</summary>
    public Concurrency Concurrency { get; set; } = new();

    /// <summary>How long running jobs may go on after SIGTERM before they are given back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How often the worker looks for jobs in the database while the queue is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>No job is begun while fewer bytes than this are free in WorkDir.</summary>
    [Range(0, long.MaxValue)]
    public long MinFreeBytes { get; set; } = 512L * 1024 * 1024;
}

internal sealed class Concurrency
{
    /// <summary>Apart from all others, since a slow server may keep one busy for hours.</summary>
    [Range(0, 64)]
    public int Fetch { get; set; } = 2;

    [Range(0, 64)]
    public int Analyze { get; set; } = 2;

    [Range(0, 64)]
    public int Thumbnail { get; set; } = 1;

    /// <summary>
    /// HLS jobs being planned, and units of them. Sound and copies go on beside a span; where nothing but spans is left, two of them share the
    /// cores (<see cref="Kinora.Core.Infra.Media.FfmpegOptions.BackgroundThreads"/>), each with the memory of its encoders.
    /// </summary>
    [Range(0, 64)]
    public int Hls { get; set; } = 2;

    /// <summary>Deliveries of webhooks on their way: they wait for receivers, and need no core.</summary>
    [Range(0, 64)]
    public int Webhooks { get; set; } = 4;
}
