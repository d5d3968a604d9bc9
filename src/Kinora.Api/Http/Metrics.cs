using Kinora.Api.Http.Identity;
using Kinora.Core.Infra.Telemetry;
using OpenTelemetry.Metrics;

namespace Kinora.Api.Http;

/// <summary>GET /metrics in Prometheus' text format: Kinora's instruments and those of ASP.NET, Kestrel, the runtime and Npgsql.</summary>
public static class Metrics
{
    private static readonly string[] Meters =
    [
        KinoraMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql",
    ];

    public static IServiceCollection AddKinoraMetricsExport(this IServiceCollection services)
    {
        // The scope's name and version as two more labels on every line say nothing that the metric's name does not.
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(Meters)
            .AddPrometheusExporter(options => options.ScopeInfoEnabled = false));
        return services;
    }

    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous().IgnoresTokens();
        return routes;
    }
}
