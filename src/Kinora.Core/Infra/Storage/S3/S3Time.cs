namespace Kinora.Core.Infra.Storage.S3;

internal static class S3Time
{
    /// <summary>The SDK gives local times; what a store does not tell is very long ago.</summary>
    public static DateTimeOffset AsUtc(DateTime? time) => time is { } known ? new(known.ToUniversalTime()) : DateTimeOffset.UnixEpoch;
}
