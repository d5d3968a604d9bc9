using Kinora.Core.Videos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Core.Infra.Media;

/// <summary>The probe and the limits of what it may find.</summary>
public static class MediaSetup
{
    public static IServiceCollection AddMedia(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MediaOptions>().Bind(configuration.GetSection(MediaOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MediaProbeOptions>()
            .Bind(configuration.GetSection(MediaProbeOptions.Section))
            .ValidateDataAnnotations()
            .Validate(o => o.WarmHelpers <= o.MaxHelpers, "Kinora:MediaProbe:WarmHelpers must not be above MaxHelpers.")
            .ValidateOnStart();
        return services.AddSingleton<IMediaProbe, MediaProbe>();
    }
}
