using Kinora.Api.Endpoints;
using Kinora.Api.Endpoints.V1;
using Kinora.Api.Http;
using Kinora.Api.Http.Errors;
using Kinora.Api.Http.Idempotency;
using Kinora.Api.Http.Identity;
using Kinora.Api.Http.Limits;
using Kinora.Api.Http.OpenApi;
using Kinora.Core;
using Kinora.Core.Infra.Telemetry;

namespace Kinora.Api;

/// <summary>The one list of what the API is made of: its services, its pipeline, its routes.</summary>
public static class ApiSetup
{
    /// <param name="configure">Has the last word on services.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? routes = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        AddServices(builder);
        configure?.Invoke(builder);
        var app = builder.Build();
        UsePipeline(app);
        MapRoutes(app);
        routes?.Invoke(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var configuration = builder.Configuration;

        builder.AddKinoraLogging();
        services.AddKinoraApi(configuration);
        services.AddKinoraTelemetry(ProcessRole.Api);
        services.AddKinoraMetricsExport();
        services.AddScoped<PlaybackGate>();
        services.AddSingleton<ObjectDelivery>();
        services.AddSingleton<IdempotentRequests>();

        builder.AddHttpServer();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddErrorEnvelope();
        services.AddValidation();
        services.AddAccessTokens();
        services.AddRateLimits(configuration);
        services.AddApiDocument();
    }

    /// <summary>From the outside to the inside; the order matters.</summary>
    private static void UsePipeline(WebApplication app)
    {
        app.UseBareAnswers();
        app.UseForwardedHeaders();
        app.UseRequestId();
        app.UseRequestLog();
        app.UseSecurityHeaders();
        app.UseErrorEnvelope();
        app.UseHostFiltering();
        app.UseListedOrigins();
        app.UseTus();
        app.UseRouting();
        app.UseRequestGuard();
        app.UseAddressLimits();
        app.UseAuthentication();
        app.UseUserLogScope();
        app.UseUserLimits();
        app.UseAuthorization();
    }

    private static void MapRoutes(WebApplication app)
    {
        app.MapV1();
        app.MapOEmbed();
        app.MapHealth();
        app.MapMetrics();
        app.MapApiDocument();
        app.MapWebPages();
    }
}
