using Kinora.Core.Infra.Telemetry;
using OpenTelemetry.Metrics;

namespace Kinora.Worker;

/// <summary>All that a worker serves: GET /health, /health/live, /health/ready and /metrics, as the API does.</summary>
public static class Monitoring
{
    private static readonly string[] Meters = [KinoraMetrics.MeterName, "System.Runtime", "Npgsql"];

    public static IServiceCollection AddKinoraMetricsExport(this IServiceCollection services)
    {
        // The scope's name and version as two more labels on every line say nothing that the metric's name does not.
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(Meters)
            .AddPrometheusExporter(options => options.ScopeInfoEnabled = false));
        return services;
    }

    public static IEndpointRouteBuilder MapMonitoring(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", async (HealthService health, HttpResponse response, CancellationToken cancellation) =>
        {
            var report = await health.CheckAsync(cancellation);
            return Answer(report, report.IsHealthy, response);
        });
        routes.MapGet("/health/live", (HealthService health, HttpResponse response) => Answer(health.Live(), true, response));
        routes.MapGet("/health/ready", async (HealthService health, HttpResponse response, CancellationToken cancellation) =>
        {
            var report = await health.CheckAsync(cancellation);
            return Answer(report, report.IsReady, response);
        });
        routes.MapPrometheusScrapingEndpoint("/metrics");
        return routes;
    }

    private static IResult Answer(HealthReport report, bool isGood, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        var status = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return Results.Json(report, HealthJson.Default.HealthReport, statusCode: status);
    }
}
