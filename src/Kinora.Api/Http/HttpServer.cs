using System.Net;
using Kinora.Api.Http.Errors;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Network = System.Net.IPNetwork;

namespace Kinora.Api.Http;

/// <summary>Kestrel's limits, and whose word is taken for the client's address.</summary>
internal static class HttpServer
{
    private const int MaxRequestLineBytes = 8 * 1024;
    private const int MaxHeadersBytes = 32 * 1024;
    private const int MaxHeaders = 100;
    private const int MaxStreams = 100;
    private static readonly TimeSpan RateGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(60);

    public static void AddHttpServer(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<HttpOptions>()
            .Bind(builder.Configuration.GetSection("Kinora:Http"))
            .ValidateDataAnnotations()
            .Validate(options => options.TrustedProxies.All(IsNetwork), "Kinora:Http:TrustedProxies must be addresses or networks like 10.0.0.0/8.")
            .Validate(
                options => options.AllowedOrigins.All(ListedOrigins.IsOrigin),
                "Kinora:Http:AllowedOrigins must be origins as browsers write them, like https://app.example.org: no path, no default port, no *.")
            .ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<HttpOptions>>((kestrel, http) =>
        {
            kestrel.AddServerHeader = false;
            Limit(kestrel.Limits, http.Value);
            kestrel.FillBareAnswers();
        });
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<HttpOptions>>(Trust);
        // The framework puts the check of AllowedHosts before the whole pipeline; ours has it inside of the error envelope.
        services.Remove(services.First(service => service.ImplementationType?.FullName == "Microsoft.AspNetCore.HostFilteringStartupFilter"));
        services.Configure<HostFilteringOptions>(options => options.IncludeFailureMessage = false);
    }

    private static void Limit(KestrelServerLimits limits, HttpOptions http)
    {
        limits.MaxConcurrentConnections = http.MaxConcurrentConnections;
        limits.MaxRequestBodySize = http.MaxBodyBytes;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxRequestHeadersTotalSize = MaxHeadersBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.RequestHeadersTimeout = HeadersTimeout;
        limits.KeepAliveTimeout = KeepAliveTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(http.MinBytesPerSecond, RateGrace);

        // Of what is read slowly some megabytes wait in the sockets' buffers before Kestrel sees anything of it.
        limits.MinResponseDataRate = new MinDataRate(http.MinBytesPerSecond, RateGrace);

        // Spoken only where Kestrel itself has TLS; the limits of headers and the rates are of both.
        limits.Http2.MaxStreamsPerConnection = MaxStreams;
        limits.Http2.KeepAlivePingDelay = KeepAliveTimeout;
    }

    private static void Trust(ForwardedHeadersOptions forwarded, IOptions<HttpOptions> http)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.None;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in http.Value.TrustedProxies)
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.KnownIPNetworks.Add(NetworkOf(proxy)!.Value);
        }
    }

    private static bool IsNetwork(string text) => NetworkOf(text) is not null;

    private static Network? NetworkOf(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return new Network(address, address.GetAddressBytes().Length * 8);
        }

        return Network.TryParse(text, out var network) ? network : null;
    }
}
