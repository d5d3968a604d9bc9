namespace Kinora.Api.Http;

internal static class RequestLogSetup
{
    /// <summary>Inside of the request's id, outside of the error envelope: it logs the status that was sent.</summary>
    public static void UseRequestLog(this WebApplication app) => app.UseMiddleware<RequestLog>();
}
