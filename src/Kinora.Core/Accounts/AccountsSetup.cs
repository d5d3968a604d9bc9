using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Accounts;

public static class AccountsSetup
{
    public static IServiceCollection AddKinoraAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuthOptions>()
            .Bind(configuration.GetSection("Kinora:Auth"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<AuthSecretCheck>();
        services.AddSingleton<IPostConfigureOptions<AuthOptions>>(provider => provider.GetRequiredService<AuthSecretCheck>());
        services.AddSingleton<IValidateOptions<AuthOptions>>(provider => provider.GetRequiredService<AuthSecretCheck>());
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<FailedLogins>();
        services.AddScoped<RefreshTokenService>();
        services.AddScoped<AccountService>();
        return services;
    }
}
