using Kinora.Api.Http.Identity;
using Kinora.Core.Infra.Telemetry;

namespace Kinora.Api.Endpoints;

/// <summary>
/// GET /health: everything that this process depends on; /health/live: whether to restart it; /health/ready: whether to send it requests.
/// </summary>
public static class Health
{
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Operations").AllowAnonymous().IgnoresTokens();
        health.MapGet("", GetHealth).WithSummary("How this process and what it depends on are")
            .WithDescription("503 unless everything works. Each dependency is asked for at most a second.")
            .Produces<HealthReport>().Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
        health.MapGet("/live", GetLive).WithSummary("Whether the process lives").WithDescription("Asks nothing of anyone: 200, or no answer.")
            .Produces<HealthReport>();
        health.MapGet("/ready", GetReady).WithSummary("Whether to send requests here")
            .WithDescription("503 while the database is away or the process stops; without Redis or storage it goes on serving what it can.")
            .Produces<HealthReport>().Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    private static async Task<IResult> GetHealth(HealthService health, HttpResponse response, CancellationToken cancellation)
    {
        var report = await health.CheckAsync(cancellation);
        return Answer(report, report.IsHealthy, response);
    }

    private static IResult GetLive(HealthService health, HttpResponse response) => Answer(health.Live(), true, response);

    private static async Task<IResult> GetReady(HealthService health, HttpResponse response, CancellationToken cancellation)
    {
        var report = await health.CheckAsync(cancellation);
        return Answer(report, report.IsReady, response);
    }

    private static IResult Answer(HealthReport report, bool isGood, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        var status = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return Results.Json(report, HealthJson.Default.HealthReport, statusCode: status);
    }
}
