using Kinora.Core.Infra.Queues.BullMq;
using Kinora.Core.Infra.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kinora.Core.Infra.Queues;

/// <summary>The queue and what else goes over Redis. Nothing connects before its first use.</summary>
public static class QueueSetup
{
    public static IServiceCollection AddKinoraQueue(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RedisOptions>().Bind(configuration.GetSection(RedisOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<QueueOptions>().Bind(configuration.GetSection(QueueOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RedisConnection>();
        services.AddSingleton<CancelChannel>();
        services.AddSingleton<IJobQueue, BullJobQueue>();
        return services;
    }
}
