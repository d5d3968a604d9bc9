namespace Kinora.Api.Endpoints.V1;

/// <summary>The map of the API: every resource of version 1.</summary>
internal static class V1Routes
{
    public static void MapV1(this IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup("/v1").RequireAuthorization();
        v1.MapAuth();
        v1.MapMe();
    }
}
