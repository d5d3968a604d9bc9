using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kinora.Core.Transcoding;

/// <summary>What transcoding needs: the planner (API and worker) and ffmpeg with its users (worker).</summary>
public static class TranscodingSetup
{
    public static IServiceCollection AddTranscodePlanner(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TranscodingOptions>()
            .Bind(configuration.GetSection(TranscodingOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services.AddSingleton<TranscodePlanner>();
    }

    public static IServiceCollection AddEncoders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FfmpegOptions>()
            .Bind(configuration.GetSection(FfmpegOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton<Ffmpeg>().AddSingleton<FfmpegVersion>().AddSingleton<HlsEncoder>().AddSingleton<TextExtractor>().AddSingleton<ThumbnailMaker>().AddSingleton<StoryboardMaker>();
    }
}
