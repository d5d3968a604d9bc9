using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Uploads;

/// <summary>Section "Kinora:Uploads".</summary>
public sealed class UploadOptions
{
    /// <summary>Where an upload is spooled until it is in the object store.</summary>
    [Required]
    public string TmpDir { get; set; } = Path.Combine(Path.GetTempPath(), "kinora-uploads");

    /// <summary>The largest file that is taken, in bytes.</summary>
    [Range(1, long.MaxValue)]
    public long MaxBytes { get; set; } = 20L * 1024 * 1024 * 1024;

    /// <summary>No upload is taken that would leave less than this free in TmpDir, in bytes.</summary>
    [Range(0, long.MaxValue)]
    public long MinFreeBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>
    /// How long what an upload has stored is left alone without word from its API, which gives word three times as often until the video
    /// is there. More than the database may be away in the midst of an upload.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "24:00:00")]
    public TimeSpan IntentTime { get; set; } = TimeSpan.FromMinutes(30);
}
