using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Core.Transcoding;

/// <summary>What transcoding needs: the planner (API and worker) and ffmpeg with its users (worker).</summary>
public static class TranscodingSetup
{
    public static IServiceCollection AddTranscodePlanner(this IServiceCollection services)
    {
        services.AddOptions<TranscodingOptions>().BindConfiguration(TranscodingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<TranscodePlanner>();
    }

    public static IServiceCollection AddEncoders(this IServiceCollection services)
    {
        services.AddOptions<FfmpegOptions>().BindConfiguration(FfmpegOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<Ffmpeg>().AddSingleton<HlsEncoder>().AddSingleton<ThumbnailMaker>();
    }
}
