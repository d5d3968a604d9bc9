using System.Net;
using System.Net.Http.Headers;

namespace Kinora.Core.Infra.Outbound;

/// <summary>The head of an answer, and its body to be read.</summary>
public sealed class OutboundResponse(HttpResponseMessage message, OutboundOptions options, TimeProvider time) : IDisposable
{
    public HttpStatusCode Status => message.StatusCode;

    /// <summary>In bytes; null: not promised.</summary>
    public long? ContentLength => message.Content.Headers.ContentLength;

    public IEnumerable<string> ContentEncoding => message.Content.Headers.ContentEncoding;

    public RetryConditionHeaderValue? RetryAfter => message.Headers.RetryAfter;

    internal Uri? Location => message.Headers.Location;

    public async Task<OutboundBody> OpenAsync(CancellationToken cancellation) =>
        new(await message.Content.ReadAsStreamAsync(cancellation), options, time);

    /// <summary>Ends the connection, whatever of the body is still to come.</summary>
    public void Dispose() => message.Dispose();
}
