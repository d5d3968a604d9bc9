namespace Kinora.Core.Infra.Storage.S3;

/// <summary>A bucket of AWS S3 or of any store that speaks its API.</summary>
public sealed class S3StorageOptions
{
    /// <summary>The store's URL; null: AWS itself, found by the region.</summary>
    public string? Endpoint { get; set; }

    public string Region { get; set; } = "us-east-1";

    public string Bucket { get; set; } = "";

    /// <summary>Null together with <see cref="SecretKey"/>: what the AWS SDK finds (environment, profile, role of the machine).</summary>
    public string? AccessKey { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>The bucket in the URL's path instead of its host name; null: yes where an endpoint is set.</summary>
    public bool? ForcePathStyle { get; set; }

    public S3ChecksumMode ChecksumMode { get; set; } = S3ChecksumMode.WhenSupported;

    /// <summary>Signs bodies chunk by chunk (aws-chunked); some older stores refuse it.</summary>
    public bool UseChunkEncoding { get; set; } = true;

    /// <summary>A larger file is sent in parts of this size; 5 MiB at least. Read from the file, not held in memory.</summary>
    public long PartSizeBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Parts of one file that are sent at the same time.</summary>
    public int UploadConcurrency { get; set; } = 2;

    /// <summary>
    /// The longest that one exchange may take, its retries included: a part that is sent, or the next bytes of an object that is read.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request that failed in passing (5xx, throttling, connection lost) is sent again.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Creates the bucket on first use where it is missing.</summary>
    public bool CreateBucket { get; set; }
}
