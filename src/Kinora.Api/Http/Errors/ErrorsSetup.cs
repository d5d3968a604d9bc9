namespace Kinora.Api.Http.Errors;

/// <summary>The envelope <c>{code, message, details?}</c> for everything, through the framework's own pipe.</summary>
internal static class ErrorsSetup
{
    public static void AddErrorEnvelope(this IServiceCollection services)
    {
        services.AddSingleton<IProblemDetailsWriter, EnvelopeWriter>();
        services.AddProblemDetails();
        services.AddExceptionHandler<EnvelopeExceptionHandler>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static void UseErrorEnvelope(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }
}
