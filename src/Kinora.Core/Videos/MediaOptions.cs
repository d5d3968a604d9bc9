using System.ComponentModel.DataAnnotations;
using Kinora.Core.Infra.Media;

namespace Kinora.Core.Videos;

/// <summary>What an uploaded video may be like. Enforced by <see cref="MediaPolicy"/> once its media info is known.</summary>
public sealed class MediaOptions
{
    public const string Section = "Kinora:Media";

    /// <summary>Width times height, as coded. 8K by default, either way up.</summary>
    [Range(1L, 1L << 32)]
    public long MaxPixels { get; set; } = 8192L * 4320;

    /// <summary>The shortest side may not be below this.</summary>
    [Range(1, 4096)]
    public int MinSidePixels { get; set; } = 16;

    /// <summary>Above some 9 hours the starts of all segments do not fit into one argument of ffmpeg (128 KiB).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "09:00:00")]
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Of all kinds, subtitles and data among them.</summary>
    [Range(1, MediaProbe.MaxStreams)]
    public int MaxStreams { get; set; } = MediaProbe.MaxStreams;

    /// <summary>
    /// Files that hold sound and no pictures are taken too, and MP3, WAV and FLAC among them; otherwise they are refused, and the parsers of
    /// these formats never run.
    /// </summary>
    public bool AllowAudioOnly { get; set; }
}
