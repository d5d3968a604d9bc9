using Kinora.Api.Http;
using Kinora.Api.Http.Limits;

namespace Kinora.Api.Endpoints.V1;

/// <summary>The map of the API: every resource of version 1.</summary>
internal static class V1Routes
{
    public static void MapV1(this IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup("/v1").RequireAuthorization().RefusesUnknownQuery().Limits(RatePolicy.Api);
        v1.MapAuth();
        v1.MapMe();
        v1.MapVideos();
        v1.MapUploads();
        v1.MapTranscodes();
        v1.MapJobs();
        v1.MapPlayback();
        v1.MapEvents();
        v1.MapWebhooks();
        v1.MapSystem();
    }
}
