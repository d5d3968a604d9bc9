namespace Kinora.Core.Errors;

/// <summary>The closed list of why a job, or the video it worked on, failed. Whether another attempt can help belongs to the code.</summary>
/// <param name="IsOutage">Something that every job needs is away: the attempt is not charged to this one.</param>
public sealed record JobErrorCode(string Name, bool IsRetryable, bool IsOutage = false)
{
    /// <summary>It is not allowed to go to the address, or to one that it redirects to.</summary>
    public static readonly JobErrorCode FetchRefused = new("FETCH_REFUSED", false);

    /// <summary>The server does not have it, or cannot be talked to.</summary>
    public static readonly JobErrorCode FetchFailed = new("FETCH_FAILED", false);

    /// <summary>The server is away, slow or in trouble, or has broken off.</summary>
    public static readonly JobErrorCode FetchUnavailable = new("FETCH_UNAVAILABLE", true);

    /// <summary>Of a video alone: its job is CANCELED.</summary>
    public static readonly JobErrorCode FetchCanceled = new("FETCH_CANCELED", false);

    /// <summary>Larger than a file may be, or than what is left of the user's quota.</summary>
    public static readonly JobErrorCode TooLarge = new("TOO_LARGE", false);
    public static readonly JobErrorCode NotAVideo = new("NOT_A_VIDEO", false);
    public static readonly JobErrorCode Corrupt = new("CORRUPT", false);
    public static readonly JobErrorCode FormatNotAllowed = new("FORMAT_NOT_ALLOWED", false);
    public static readonly JobErrorCode CodecNotAllowed = new("CODEC_NOT_ALLOWED", false);
    public static readonly JobErrorCode ResolutionLimit = new("RESOLUTION_LIMIT", false);
    public static readonly JobErrorCode DurationLimit = new("DURATION_LIMIT", false);
    public static readonly JobErrorCode FrameLimit = new("FRAME_LIMIT", false);
    public static readonly JobErrorCode TooManyStreams = new("TOO_MANY_STREAMS", false);
    public static readonly JobErrorCode NoVideoStream = new("NO_VIDEO_STREAM", false);
    public static readonly JobErrorCode Encrypted = new("ENCRYPTED", false);
    public static readonly JobErrorCode UnsupportedGeometry = new("UNSUPPORTED_GEOMETRY", false);
    public static readonly JobErrorCode UnsupportedAudio = new("UNSUPPORTED_AUDIO", false);
    public static readonly JobErrorCode TooComplex = new("TOO_COMPLEX", false);
    public static readonly JobErrorCode Timeout = new("TIMEOUT", true);

    /// <summary>The ladder has changed since the request: the fault is neither the file's nor any worker's.</summary>
    public static readonly JobErrorCode RenditionNotOffered = new("RENDITION_NOT_OFFERED", false);

    /// <summary>The job took the lives of as many workers as it may.</summary>
    public static readonly JobErrorCode Poison = new("POISON", false);
    public static readonly JobErrorCode DiskFull = new("DISK_FULL", true, IsOutage: true);
    public static readonly JobErrorCode Storage = new("STORAGE", true, IsOutage: true);
    public static readonly JobErrorCode Internal = new("INTERNAL", true);

    public static IReadOnlyList<JobErrorCode> All { get; } =
    [
        FetchRefused, FetchFailed, FetchUnavailable, FetchCanceled, TooLarge, NotAVideo, Corrupt, FormatNotAllowed, CodecNotAllowed,
        ResolutionLimit, DurationLimit, FrameLimit, TooManyStreams, NoVideoStream,
        Encrypted, UnsupportedGeometry, UnsupportedAudio, TooComplex, Timeout, RenditionNotOffered, Poison, DiskFull, Storage, Internal,
    ];

    public override string ToString() => Name;
}

/// <summary>A job cannot go on. The message is for the video's owner: short, and without paths or tool output.</summary>
public sealed class JobFailedException(JobErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public JobErrorCode Code { get; } = code;
}
