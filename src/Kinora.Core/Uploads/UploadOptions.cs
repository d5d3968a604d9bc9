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

    /// <summary>How long after its last request that wrote a resumable upload can be gone on with.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ExpiresAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// What is stored of a resumable upload, or of a fetch, at a time, in bytes: a part of it waits on the API's disk until it is full; a killed API loses
    /// it, and the one before it where that is just being put. From S3's 5 MiB on. A file of more than 10,000 parts gets larger ones.
    /// </summary>
    [Range(5 * 1024 * 1024, 1024 * 1024 * 1024)]
    public int PartBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Videos may be named by an address, from where a worker fetches them ("Kinora:Outbound" says which ones).</summary>
    public bool AllowUrls { get; set; } = true;

    /// <summary>How long the fetch of a file may take; what takes longer has failed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan MaxFetchTime { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Resumable uploads of one user that are under way.</summary>
    [Range(1, 100_000)]
    public int MaxUnfinishedPerUser { get; set; } = 100;
}
