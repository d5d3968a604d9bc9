namespace Kinora.Core.Infra.Storage.S3;

/// <summary>When a checksum goes with a request and is compared with a response.</summary>
public enum S3ChecksumMode
{
    /// <summary>Always: CRC-32, for stores that know it.</summary>
    WhenSupported,

    /// <summary>Only where the operation demands one, for stores from before 2025.</summary>
    WhenRequired,
}
