using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Infra.Media;

/// <summary>How ffmpeg is found and bounded.</summary>
public sealed class FfmpegOptions
{
    public const string Section = "Kinora:Ffmpeg";

    /// <summary>A path, or a name that is looked up in the standard folders.</summary>
    [Required]
    public string Path { get; set; } = "ffmpeg";

    /// <summary>Threads of each decoder, filter and encoder; 0: as many as ffmpeg finds cores.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>
    /// The same of what runs beside others of its kind: spans after the first, storyboards. 0: an even share of the cores among the HLS jobs
    /// that the worker runs at once. More threads than cores cost x264 6 % of CPU, and the scaler 1 %.
    /// </summary>
    [Range(0, 256)]
    public int BackgroundThreads { get; set; }

    /// <summary>A run whose frame count, time and size all stand still for so long is ended with TIMEOUT.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest single allocation: a damaged header must not take the machine's memory.</summary>
    [Range(16 << 20, int.MaxValue)]
    public int MaxAllocBytes { get; set; } = 256 << 20;

    /// <summary>Larger pictures are refused by the decoder, also where they turn up in mid-stream. As Kinora:Media:MaxPixels by default.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPixels { get; set; } = 8192 * 4320;

    /// <param name="isBackground"><see cref="FfmpegCommand.IsBackground"/></param>
    public int ThreadsOf(bool isBackground) => isBackground ? BackgroundThreads : Threads;
}
