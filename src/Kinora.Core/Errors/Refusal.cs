namespace Kinora.Core.Errors;

/// <summary>What services throw: <c>throw Refusal.NotFound()</c>. Messages are for users: no paths, no SQL, no tool output.</summary>
public static class Refusal
{
    public static ApiException Validation(string path, string message) =>
        new(ErrorCode.Validation, ErrorCode.Validation.Message, new[] { new ValidationDetail(path, message) });

    public static ApiException Validation(IReadOnlyList<ValidationDetail> details) =>
        new(ErrorCode.Validation, ErrorCode.Validation.Message, details);

    public static ApiException Unauthorized(string? message = null) => Of(ErrorCode.Unauthorized, message);

    public static ApiException Forbidden(string? message = null) => Of(ErrorCode.Forbidden, message);

    public static ApiException NotFound(string? message = null) => Of(ErrorCode.NotFound, message);

    public static ApiException Conflict(string message, object? details = null) => new(ErrorCode.Conflict, message, details);

    public static ApiException Gone(string? message = null) => Of(ErrorCode.Gone, message);

    public static ApiException PreconditionFailed(string? message = null) => Of(ErrorCode.PreconditionFailed, message);

    public static ApiException ChecksumMismatch() => Of(ErrorCode.ChecksumMismatch, null);

    public static ApiException PayloadTooLarge(string? message = null) => Of(ErrorCode.PayloadTooLarge, message);

    public static ApiException UnsupportedMediaType(string? message = null) => Of(ErrorCode.UnsupportedMediaType, message);

    public static ApiException TooManyRequests(TimeSpan retryAfter, string? message = null) =>
        new(ErrorCode.TooManyRequests, message ?? ErrorCode.TooManyRequests.Message, retryAfter: retryAfter);

    public static ApiException Unavailable(string? message = null, TimeSpan? retryAfter = null) =>
        new(ErrorCode.Unavailable, message ?? ErrorCode.Unavailable.Message, retryAfter: retryAfter ?? TimeSpan.FromSeconds(5));

    private static ApiException Of(ErrorCode code, string? message) => new(code, message ?? code.Message);
}
