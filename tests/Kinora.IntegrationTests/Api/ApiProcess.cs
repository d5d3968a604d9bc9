using Kinora.Api;
using Microsoft.AspNetCore.Builder;

namespace Kinora.IntegrationTests.Api;

/// <summary>The API as its Program builds it, on Kestrel and a free loopback port, with a few routes more for what no real one does.</summary>
public sealed class ApiProcess : IAsyncDisposable
{
    public const string Secret = "tests only: 7f3b1c9ad2e84f60b5a1, never elsewhere";
    private readonly WebApplication _app;

    private ApiProcess(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public IServiceProvider Services => _app.Services;

    /// <param name="configure">Has the last word on the services.</param>
    public static async Task<ApiProcess> StartAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var app = ApiSetup.Build(["--urls", "http://127.0.0.1:0", .. args], configure, TestRoutes.Map);
        await app.StartAsync();
        return new ApiProcess(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
