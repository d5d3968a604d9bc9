using Kinora.Api.Http.Identity;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Accounts;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Operations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kinora.Api.Endpoints.V1;

/// <summary>The whole service, for its operators.</summary>
internal static class SystemEndpoints
{
    public static void MapSystem(this IEndpointRouteBuilder v1) =>
        v1.MapGet("/system", GetAsync).WithTags("Operations").WithSummary("Queues, workers, throughput and failures")
            .WithDescription("Of all users, without titles or addresses. For the accounts that `Kinora:Auth:Operators` names.")
            .Refuses(ErrorCode.Forbidden);

    private static async Task<Ok<SystemResponse>> GetAsync(
        CurrentUser me, AccountService accounts, SystemService system, HealthService health, CancellationToken cancellation)
    {
        await accounts.RequireOperatorAsync(me.Id, cancellation);
        var checks = health.CheckAsync(cancellation);
        var report = await system.ReadAsync(cancellation);
        return TypedResults.Ok(SystemResponse.Of(await checks, report));
    }
}
