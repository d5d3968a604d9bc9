using Kinora.Client.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Abstractions.Serialization;
using Microsoft.Kiota.Http.HttpClientLibrary;

namespace Kinora.Client;

/// <summary>
/// Every operation of the OpenAPI document: <c>await kinora.V1.Videos[id].GetAsync()</c>. An answer that is no success is thrown as an
/// <see cref="ErrorBody"/>; one of 429 or 503 only when three more attempts, after the Retry-After of each, had the same.
/// </summary>
public partial class KinoraClient
{
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
    /// <param name="http">With handlers of your own; null: with Kiota's, and without a time limit, since an upload may take hours.</param>
    public KinoraClient(Uri server, Func<CancellationToken, Task<string>>? accessToken, HttpClient? http = null)
        : this(Adapter(server, accessToken, http))
    {
    }

    private static HttpClientRequestAdapter Adapter(Uri server, Func<CancellationToken, Task<string>>? accessToken, HttpClient? http)
    {
        if (http is null)
        {
            http = KiotaClientFactory.Create();
            http.Timeout = Timeout.InfiniteTimeSpan;
        }

        IAuthenticationProvider authentication = accessToken is null
            ? new AnonymousAuthenticationProvider()
            : new BaseBearerTokenAuthenticationProvider(new AccessTokens(server, accessToken));
        return new HttpClientRequestAdapter(authentication, httpClient: http) { BaseUrl = server.AbsoluteUri.TrimEnd('/') };
    }

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
