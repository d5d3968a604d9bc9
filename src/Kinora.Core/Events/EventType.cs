namespace Kinora.Core.Events;

/// <summary>The closed list of what is told. The database's triggers write these names.</summary>
public static class EventType
{
    public const string VideoCreated = "video.created";
    public const string VideoUploaded = "video.uploaded";
    public const string VideoRenamed = "video.renamed";
    public const string VideoAnalyzed = "video.analyzed";
    public const string VideoThumbnailReady = "video.thumbnail.ready";
    public const string VideoPlayable = "video.playable";
    public const string VideoRenditionReady = "video.rendition.ready";
    public const string VideoReady = "video.ready";
    public const string VideoFailed = "video.failed";
    public const string VideoDeleted = "video.deleted";
    public const string JobQueued = "job.queued";
    public const string JobRunning = "job.running";
    public const string JobSucceeded = "job.succeeded";
    public const string JobFailed = "job.failed";
    public const string JobCanceled = "job.canceled";

    /// <summary>Only in streams, never in the log: how far a job has come.</summary>
    public const string JobProgress = "job.progress";

    public static IReadOnlyList<string> All { get; } =
    [
        VideoCreated, VideoUploaded, VideoRenamed, VideoAnalyzed, VideoThumbnailReady, VideoPlayable, VideoRenditionReady, VideoReady, VideoFailed,
        VideoDeleted, JobQueued, JobRunning, JobSucceeded, JobFailed, JobCanceled,
    ];

    /// <summary>"video" or "job".</summary>
    public static string SubjectOf(string type) => type[..type.IndexOf('.', StringComparison.Ordinal)];
}
