namespace Kinora.Api.Http.Identity;

/// <summary>userId in every log line of a request, from its authentication on.</summary>
internal static class UserLogScope
{
    public static void UseUserLogScope(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(UserLogScope).FullName!);
        app.Use(async (context, next) =>
        {
            using (Begin(logger, context))
            {
                await next(context);
            }
        });
    }

    public static IDisposable? Begin(ILogger logger, HttpContext context) =>
        CurrentUser.Of(context) is { } user ? logger.BeginScope(new Dictionary<string, object> { ["userId"] = user.Id }) : null;
}
