using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Core.Infra.Outbound;

public static class OutboundSetup
{
    public static IServiceCollection AddOutbound(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OutboundOptions>().Bind(configuration.GetSection("Kinora:Outbound")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ResolveName>(Dns.GetHostAddressesAsync);
        services.AddSingleton<OutboundRules>();
        return services.AddSingleton<OutboundHttp>();
    }
}
