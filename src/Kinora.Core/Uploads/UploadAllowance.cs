using Kinora.Core.Limits;

namespace Kinora.Core.Uploads;

/// <summary>How large an upload may be at its start.</summary>
/// <param name="TooLarge">The message of the refusal of what is larger.</param>
public sealed record UploadAllowance(long MaxBytes, string TooLarge)
{
    /// <summary>The limit of a file, or what is left of the quota where that is less.</summary>
    public static UploadAllowance Of(long maxBytes, BytesQuota? quota) => quota is { } q && q.LeftBytes < maxBytes
        ? new UploadAllowance(q.LeftBytes, q.Message)
        : new UploadAllowance(maxBytes, $"The file is larger than {maxBytes} bytes.");
}
