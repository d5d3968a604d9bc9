using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Outbound;

/// <summary>
/// Requests to addresses that users name: to the public Internet and nowhere else, whatever the name leads to and wherever the server
/// redirects to. No proxy, no cookies, no credentials, nothing is unpacked, and no connection outlives its answer.
/// </summary>
public sealed class OutboundHttp : IDisposable
{
    public const int MaxRedirects = 5;

    private const int MaxHeaderKiB = 32;

    private readonly OutboundRules _rules;
    private readonly OutboundOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public OutboundHttp(OutboundRules rules, ResolveName resolve, IOptions<OutboundOptions> options, TimeProvider time)
    {
        (_rules, _options, _time) = (rules, options.Value, time);
        var connection = new CheckedConnection(rules, resolve, _options.ConnectTimeout);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (context, cancellation) => connection.OpenAsync(context.DnsEndPoint, cancellation),
            ConnectTimeout = _options.AnswerTimeout,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = MaxHeaderKiB,

            // Nobody reads what is left of an answer, and each request looks its name up and checks it again.
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.Zero,

            // Strangers are not told the ids of our traces.
            ActivityHeadersPropagator = null,

            // A certificate may name an address where its issuer's is to be had: fetching that would go past all checks.
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
            },
        });
    }

    /// <summary>GET, after up to five redirects, each of which is checked like the address itself.</summary>
    /// <returns>The first answer that is no redirect, whatever its status.</returns>
    /// <exception cref="OutboundException">The address, or one on the way, is refused, or does not answer.</exception>
    public async Task<OutboundResponse> GetAsync(Uri url, CancellationToken cancellation)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Accept.ParseAdd("*/*");
            request.Headers.AcceptEncoding.ParseAdd("identity");
            var response = await SendAsync(request, cancellation);
            if (!IsRedirect(response.Status) || response.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            url = redirects < MaxRedirects
                ? Follow(url, location)
                : throw new OutboundException(OutboundFault.Failed, $"The server redirects more than {MaxRedirects} times.");
        }
    }

    /// <summary>One request, whose answer may be a redirect.</summary>
    /// <exception cref="OutboundException">The address is refused, or does not answer.</exception>
    public async Task<OutboundResponse> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        _rules.Check(request.RequestUri!.AbsoluteUri);
        request.Headers.UserAgent.ParseAdd("Kinora");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(_options.AnswerTimeout);
        try
        {
            return new OutboundResponse(await _http.SendAsync(request, limited.Token), _options, _time);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new OutboundException(OutboundFault.Unavailable, "The server did not answer in time.", e);
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException is OutboundException why ? new OutboundException(why.Fault, why.Message, e) : Of(e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static OutboundException Of(HttpRequestException e) => e switch
    {
        { InnerException: AuthenticationException } =>
            new OutboundException(OutboundFault.Failed, "The server's certificate is not valid, or it does not speak TLS.", e),
        { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            new OutboundException(OutboundFault.Failed, "The server's answer is no HTTP.", e),
        _ => new OutboundException(OutboundFault.Unavailable, "The server broke off.", e),
    };

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private Uri Follow(Uri from, Uri location)
    {
        try
        {
            return Uri.TryCreate(from, location, out var to)
                ? _rules.Check(to.AbsoluteUri)
                : throw new OutboundException(OutboundFault.Failed, "The server redirects to what is no address.");
        }
        catch (OutboundException e) when (e.Fault == OutboundFault.Refused)
        {
            throw new OutboundException(OutboundFault.Refused, $"The server redirects elsewhere: {e.Message}", e);
        }
    }
}
