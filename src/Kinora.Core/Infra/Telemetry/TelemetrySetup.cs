using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>Metrics and health of a process. Needs NpgsqlDataSource, IJobQueue and IObjectStore among the services.</summary>
public static class TelemetrySetup
{
    public static IServiceCollection AddKinoraTelemetry(this IServiceCollection services, ProcessRole role)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(role);
        services.AddSingleton<KinoraMetrics>();
        services.AddSingleton<HealthService>();
        services.AddHostedService<QueueLengthSampler>();
        services.AddHostedService<LiveJobSampler>();
        return services;
    }
}
