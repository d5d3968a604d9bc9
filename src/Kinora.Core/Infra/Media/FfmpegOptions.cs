using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Infra.Media;

/// <summary>How ffmpeg is found and bounded.</summary>
public sealed class FfmpegOptions
{
    public const string Section = "Kinora:Ffmpeg";

    /// <summary>A path, or a name that is looked up in the standard folders.</summary>
    [Required]
    public string Path { get; set; } = "ffmpeg";

    /// <summary>
    /// Threads of a decoder, of the filters after it, and of each encoder of video; 0: as many as ffmpeg chooses for the cores that it finds,
    /// which for x264 is one and a half times as many.
    /// </summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>
    /// The same of what gives way to others: spans after the first, storyboards. 0: an even share of the cores among the HLS jobs that the
    /// worker runs at once, and no more than <see cref="Threads"/>. One thread instead of three cost x264 6 % less CPU on two cores.
    /// </summary>
    [Range(0, 256)]
    public int BackgroundThreads { get; set; }

    /// <summary>A run whose frame count, time and size all stand still for so long is ended with TIMEOUT.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest single allocation: a damaged header must not take the machine's memory.</summary>
    [Range(16 << 20, int.MaxValue)]
    public int MaxAllocBytes { get; set; } = 256 << 20;

    /// <summary>
    /// What one run may write to in memory; beyond it the job fails with TOO_COMPLEX. Frames of 8K have 50 MB, and a decoder of HEVC holds up
    /// to 17 of them a thread's turn.
    /// </summary>
    [Range(256L << 20, 1L << 40)]
    public long MemoryBytes { get; set; } = 4L << 30;

    /// <summary>The largest file that a run may write. An encode is bounded by time as well; a full disk is everybody's.</summary>
    [Range(1L << 20, 1L << 50)]
    public long MaxOutputFileBytes { get; set; } = 64L << 30;

    /// <summary>Larger pictures are refused by the decoder, also where they turn up in mid-stream. As Kinora:Media:MaxPixels by default.</summary>
    [Range(1, int.MaxValue)]
    public int MaxPixels { get; set; } = 8192 * 4320;

    /// <summary>Decides what BackgroundThreads leaves open.</summary>
    /// <param name="cores">Of this process.</param>
    /// <param name="jobs">That run at once.</param>
    public void ShareCores(int cores, int jobs)
    {
        if (BackgroundThreads == 0)
        {
            var share = Math.Max(1, cores / Math.Max(1, jobs));
            BackgroundThreads = Threads > 0 ? Math.Min(Threads, share) : share;
        }
    }

    /// <param name="isBackground"><see cref="FfmpegCommand.IsBackground"/></param>
    public int ThreadsOf(bool isBackground) => isBackground ? BackgroundThreads : Threads;
}
