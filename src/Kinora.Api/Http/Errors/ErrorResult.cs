using System.Globalization;
using System.Text.Json;
using Kinora.Core.Errors;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Kinora.Api.Http.Errors;

/// <summary>
/// Writes an error as the envelope. Endpoints throw a <see cref="Refusal"/> instead, unless the answer needs headers of its own: a thrown
/// error clears those that were set.
/// </summary>
/// <param name="status">Where it is not the code's own: 408 and the like have no code of theirs.</param>
public sealed class ErrorResult(ApiException error, int? status = null) : IResult
{
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(5);

    public ErrorResult(ErrorCode code)
        : this(new ApiException(code, code.Message))
    {
    }

    public int Status { get; } = status ?? error.Code.Status;

    public ErrorCode Code => error.Code;

    public ErrorBody Body => new(error.Code.Name, error.Message, error.Details);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (Status == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable
            && response.Headers.RetryAfter.Count == 0)
        {
            var seconds = Math.Ceiling((error.RetryAfter ?? DefaultRetryAfter).TotalSeconds);
            response.Headers.RetryAfter = Math.Max(1, seconds).ToString(CultureInfo.InvariantCulture);
        }

        if (Status == StatusCodes.Status413PayloadTooLarge && HttpProtocol.IsHttp11(httpContext.Request.Protocol))
        {
            // The rest of the body is not read, so Kestrel ends the connection: who is not told sends his next request into it (RFC 9112 §9.6).
            response.Headers.Connection = "close";
        }

        // Serialized first, for a Content-Length: the answer to a HEAD has one too.
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var body = JsonSerializer.SerializeToUtf8Bytes(Body, json);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
