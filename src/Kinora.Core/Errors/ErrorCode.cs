namespace Kinora.Core.Errors;

/// <summary>The error codes of the API, with their HTTP status and the message that stands when none is more exact.</summary>
public sealed record ErrorCode(string Name, int Status, string Message)
{
    public static readonly ErrorCode Validation = new("VALIDATION_ERROR", 400, "The request is malformed.");
    public static readonly ErrorCode Unauthorized = new("UNAUTHORIZED", 401, "A valid access token is needed.");
    public static readonly ErrorCode Forbidden = new("FORBIDDEN", 403, "This belongs to another user.");
    public static readonly ErrorCode NotFound = new("NOT_FOUND", 404, "There is no such resource.");
    public static readonly ErrorCode MethodNotAllowed = new("METHOD_NOT_ALLOWED", 405, "The resource does not have this method.");
    public static readonly ErrorCode Conflict = new("CONFLICT", 409, "The state of the resource forbids this.");
    public static readonly ErrorCode Gone = new("GONE", 410, "The resource was here, and is no longer.");
    public static readonly ErrorCode PreconditionFailed = new("PRECONDITION_FAILED", 412, "The request asks for what this server does not have.");
    public static readonly ErrorCode PayloadTooLarge = new("PAYLOAD_TOO_LARGE", 413, "The request's body is too large.");
    public static readonly ErrorCode UnsupportedMediaType = new("UNSUPPORTED_MEDIA_TYPE", 415, "The media type is not supported.");
    public static readonly ErrorCode RangeNotSatisfiable = new("RANGE_NOT_SATISFIABLE", 416, "The range lies outside of the resource.");
    public static readonly ErrorCode TooManyRequests = new("TOO_MANY_REQUESTS", 429, "Too many requests: try again later.");

    /// <summary>Of tus 1.0, extension checksum.</summary>
    public static readonly ErrorCode ChecksumMismatch = new("CHECKSUM_MISMATCH", 460, "The bytes are not those of the checksum.");
    public static readonly ErrorCode Internal = new("INTERNAL", 500, "Something went wrong on our side.");
    public static readonly ErrorCode Unavailable = new("UNAVAILABLE", 503, "The service is not available for the moment.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        Validation, Unauthorized, Forbidden, NotFound, MethodNotAllowed, Conflict, Gone, PreconditionFailed, PayloadTooLarge,
        UnsupportedMediaType, RangeNotSatisfiable, TooManyRequests, ChecksumMismatch, Internal, Unavailable,
    ];
}
