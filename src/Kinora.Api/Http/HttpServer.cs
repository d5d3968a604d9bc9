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
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(60);

    public static void AddHttpServer(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<HttpOptions>()
            .Bind(builder.Configuration.GetSection("Kinora:Http"))
            .ValidateDataAnnotations()
            .Validate(options => options.TrustedProxies.All(IsNetwork), "Kinora:Http:TrustedProxies must be addresses or networks like 10.0.0.0/8.")
            .ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<HttpOptions>>((kestrel, http) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = http.Value.MaxConcurrentConnections;
            kestrel.Limits.MaxRequestBodySize = http.Value.MaxBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.KeepAliveTimeout = KeepAliveTimeout;
            kestrel.FillBareAnswers();
        });
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<HttpOptions>>(Trust);
        // The framework puts the check of AllowedHosts before the whole pipeline; ours has it inside of the error envelope.
        services.Remove(services.First(service => service.ImplementationType?.FullName == "Microsoft.AspNetCore.HostFilteringStartupFilter"));
        services.Configure<HostFilteringOptions>(options => options.IncludeFailureMessage = false);
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
