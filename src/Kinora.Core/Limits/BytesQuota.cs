namespace Kinora.Core.Limits;

/// <summary>How many bytes a user's videos may have together, and have, with uploads under way.</summary>
public sealed record BytesQuota(long LimitBytes, long UsedBytes)
{
    /// <summary>Not below 0: the limit may have been higher once.</summary>
    public long LeftBytes => Math.Max(0, LimitBytes - UsedBytes);

    /// <summary>For whom a file does not fit any more.</summary>
    public string Message => $"Your videos may have {LimitBytes} bytes together, and have {UsedBytes} with what is under way: this file does not fit.";
}
