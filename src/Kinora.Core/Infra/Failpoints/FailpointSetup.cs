using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Failpoints;

public static class FailpointSetup
{
    /// <summary>To be added first: failpoints are armed before anything else starts.</summary>
    public static IServiceCollection AddFailpoints(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<FailpointOptions>, FailpointOptionsValidator>();
        services.AddOptions<FailpointOptions>().Bind(configuration.GetSection(FailpointOptions.Section)).ValidateOnStart();
        services.AddHostedService<Arming>();
        return services;
    }

    private sealed class Arming(IOptions<FailpointOptions> options, TimeProvider time) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (options.Value.Failpoints.Count > 0)
            {
                Failpoint.Arm(options.Value.Failpoints.Select(FailpointRule.Parse), new FailpointLog(options.Value.FailpointLog!, time));
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
