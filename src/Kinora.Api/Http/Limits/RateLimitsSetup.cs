namespace Kinora.Api.Http.Limits;

internal static class RateLimitsSetup
{
    public static void AddRateLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RateLimitOptions>()
            .Bind(configuration.GetSection("Kinora:RateLimits"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<PlaybackLimits>();
        services.AddSingleton<RateLimits>();
    }

    public static void UseAddressLimits(this WebApplication app) => app.Use((context, next) => Of(context).LimitAddressAsync(context, next));

    public static void UseUserLimits(this WebApplication app) => app.Use((context, next) => Of(context).LimitUserAsync(context, next));

    private static RateLimits Of(HttpContext context) => context.RequestServices.GetRequiredService<RateLimits>();
}
