namespace Kinora.Core.Errors;

/// <summary>A refusal: thrown by services through <see cref="Refusal"/>, answered by the API as its one error envelope.</summary>
public sealed class ApiException(ErrorCode code, string message, object? details = null, TimeSpan? retryAfter = null) : Exception(message)
{
    public ErrorCode Code { get; } = code;

    /// <summary>Serialized as "details"; null leaves the member out.</summary>
    public object? Details { get; } = details;

    /// <summary>Sent as Retry-After, in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>A malformed part of a request: where it stands ("title", "renditions[0]") and what is wrong.</summary>
public sealed record ValidationDetail(string Path, string Message);
