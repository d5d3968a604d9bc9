using Kinora.Core.Errors;
using Microsoft.AspNetCore.Diagnostics;

namespace Kinora.Api.Http.Errors;

/// <summary>From an exception to its answer. Refusals are the client's business; outages and bugs are logged, once, here.</summary>
internal sealed partial class EnvelopeExceptionHandler(ILogger<EnvelopeExceptionHandler> logger) : IExceptionHandler
{
    /// <summary>Nobody reads it; nginx's number for a client that went away.</summary>
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        await Answer(exception).ExecuteAsync(httpContext);
        return true;
    }

    private ErrorResult Answer(Exception exception)
    {
        switch (exception)
        {
            case ApiException refusal:
                return new ErrorResult(refusal);
            case BadHttpRequestException bad:
                return BadRequestErrors.Of(bad);
            case var _ when Outages.IsOutage(exception):
                StoreUnavailable(logger, exception);
                return new ErrorResult(Refusal.Unavailable());
            default:
                Failed(logger, exception);
                return new ErrorResult(ErrorCode.Internal);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A store could not be reached")]
    private static partial void StoreUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "A request failed")]
    private static partial void Failed(ILogger logger, Exception exception);
}
