using System.Net;
using Kinora.Client.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Abstractions.Serialization;
using Microsoft.Kiota.Http.HttpClientLibrary;
using Microsoft.Kiota.Http.HttpClientLibrary.Middleware.Options;

namespace Kinora.Client;

/// <summary>
/// Every operation of the OpenAPI document: <c>await kinora.V1.Videos[id].GetAsync()</c>. An answer that is no success is thrown as an
/// <see cref="ErrorBody"/>; one of 429 or 503 only when three more attempts, after the Retry-After of each, had the same. After a 503 a POST has
/// them only with an Idempotency-Key: something may have been made. What is sent as it is read (an upload) is never sent again.
/// </summary>
public partial class KinoraClient
{
    private const int MoreAttempts = 3;

    private static readonly Dictionary<string, ParsableFactory<IParsable>> Errors = new()
    {
        ["4XX"] = ErrorBody.CreateFromDiscriminatorValue,
        ["5XX"] = ErrorBody.CreateFromDiscriminatorValue,
    };

    /// <param name="server">"https://video.example".</param>
    /// <param name="accessToken">Null: of nobody, for registering and logging in.</param>
    public KinoraClient(Uri server, string? accessToken = null)
        : this(server, accessToken is null ? null : _ => Task.FromResult(accessToken))
    {
    }

    /// <param name="accessToken">Asked at each request, so that it may refresh a token that has ended.</param>
    /// <param name="http">With handlers of your own, for more attempts too; null: with Kiota's, and without a time limit, since an upload may take hours.</param>
    public KinoraClient(Uri server, Func<CancellationToken, Task<string>>? accessToken, HttpClient? http = null)
        : this(Adapter(server, accessToken, http))
    {
    }

    private static HttpClientRequestAdapter Adapter(Uri server, Func<CancellationToken, Task<string>>? accessToken, HttpClient? http)
    {
        if (http is null)
        {
            http = KiotaClientFactory.Create(
                optionsForHandlers: [new RetryHandlerOption { MaxRetry = MoreAttempts, ShouldRetry = (_, made, answer) => MayHelp(made, answer) }]);
            http.Timeout = Timeout.InfiniteTimeSpan;
        }

        IAuthenticationProvider authentication = accessToken is null
            ? new AnonymousAuthenticationProvider()
            : new BaseBearerTokenAuthenticationProvider(new AccessTokens(server, accessToken));
        return new HttpClientRequestAdapter(authentication, httpClient: http) { BaseUrl = server.AbsoluteUri.TrimEnd('/') };
    }

    /// <summary>Kiota asks where the answer is 429, 503 or 504. The last answer is no longer its concern: it would throw an exception of its own.</summary>
    private static bool MayHelp(int made, HttpResponseMessage answer) => made < MoreAttempts && answer.StatusCode switch
    {
        HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.ServiceUnavailable =>
            answer.RequestMessage is { } request && (request.Method != HttpMethod.Post || request.Headers.Contains(IdempotencyKey)),
        _ => false,
    };

    /// <summary>Of an operation below "/v1".</summary>
    private RequestInformation Request(Method method, string path, string accept)
    {
        var request = new RequestInformation(method, "{+baseurl}/v1" + path, PathParameters);
        request.Headers.Add("Accept", accept);
        return request;
    }

    private sealed class AccessTokens(Uri server, Func<CancellationToken, Task<string>> accessToken) : IAccessTokenProvider
    {
        /// <summary>The token goes to no other server.</summary>
        public AllowedHostsValidator AllowedHostsValidator { get; } = new([server.Host]);

        public Task<string> GetAuthorizationTokenAsync(
            Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) =>
            AllowedHostsValidator.IsUrlHostValid(uri) ? accessToken(cancellationToken) : Task.FromResult(string.Empty);
    }
}
