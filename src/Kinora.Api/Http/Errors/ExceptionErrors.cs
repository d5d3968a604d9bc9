using Kinora.Core.Errors;

namespace Kinora.Api.Http.Errors;

/// <summary>The error that an exception is answered with.</summary>
internal static class ExceptionErrors
{
    public static ErrorResult Of(Exception exception) => exception switch
    {
        ApiException refusal => new ErrorResult(refusal),
        BadHttpRequestException bad => BadRequestErrors.Of(bad),
        _ when Outages.IsOutage(exception) => new ErrorResult(Refusal.Unavailable()),
        _ => new ErrorResult(ErrorCode.Internal),
    };
}
