using Kinora.Core.Errors;

namespace Kinora.Api.Http.Errors;

/// <summary>The error for a status that the framework answered by itself.</summary>
internal static class StatusErrors
{
    public static ErrorResult Of(int status, string? message = null)
    {
        var code = ErrorCode.All.FirstOrDefault(known => known.Status == status)
            ?? (status >= 500 ? ErrorCode.Internal : ErrorCode.Validation);
        return new ErrorResult(new ApiException(code, message ?? MessageOf(status) ?? code.Message), status);
    }

    private static string? MessageOf(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => "The request came too slowly.",
        StatusCodes.Status414UriTooLong => "The request's URI is too long.",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "The request's headers are too large.",
        StatusCodes.Status505HttpVersionNotsupported => "The HTTP version is not supported.",
        _ => null,
    };
}
