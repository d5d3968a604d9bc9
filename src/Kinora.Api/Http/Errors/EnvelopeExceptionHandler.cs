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

        var error = ExceptionErrors.Of(exception);
        Log(exception, error.Code);
        await error.ExecuteAsync(httpContext);
        return true;
    }

    private void Log(Exception exception, ErrorCode code)
    {
        if (exception is ApiException or BadHttpRequestException)
        {
            return;
        }

        if (code == ErrorCode.Unavailable)
        {
            StoreUnavailable(logger, exception);
        }
        else
        {
            Failed(logger, exception);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A store could not be reached")]
    private static partial void StoreUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "A request failed")]
    private static partial void Failed(ILogger logger, Exception exception);
}
