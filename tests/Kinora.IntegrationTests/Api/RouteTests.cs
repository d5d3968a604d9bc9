using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Kinora.IntegrationTests.Api;

/// <summary>Paths and methods that there are not, and what a client may ask an answer to be.</summary>
public sealed class RouteTests(ApiFixture fixture) : IAsyncLifetime
{
    private ApiUser _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Paths => [.. ContractDocument.Operations.Select(o => o.Path).Distinct()];

    public async ValueTask InitializeAsync() => _user = await fixture.CreateUserAsync();

    public ValueTask DisposeAsync()
    {
        _user.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_method_that_a_path_has_not_is_told_which_it_has(string path)
    {
        var known = ContractDocument.Operations.Where(o => o.Path == path).Select(o => o.Method).ToList();
        foreach (var method in ((string[])["PUT", "PATCH", "DELETE", "BREW"]).Except(known))
        {
            using var request = new HttpRequestMessage(HttpMethod.Parse(method), path.Replace("{videoId}", $"{Guid.CreateVersion7()}", StringComparison.Ordinal));

            request.Headers.Add("Tus-Resumable", "1.0.0");

            using var response = await _user.Client.SendAsync(request, Cancellation);

            await response.ShouldBeErrorAsync(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
            // Preflights stand in no document.
            Assert.Equal(known.Except(["OPTIONS"]).Order(), response.Content.Headers.Allow.Except(["OPTIONS"]).Order());
        }
    }

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/")]
    [InlineData("/v2/me")]
    [InlineData("/V1x/me")]
    [InlineData("/v1/users")]
    [InlineData("/v1/admin")]
    [InlineData("/v1/me/me")]
    [InlineData("/v1//me")]
    [InlineData("/v1/jobs")]
    [InlineData("/v1/videos/01931f6e-5c2a-7d4b-9f00-3a1c5e7b9d11/source")]
    [InlineData("/.env")]
    [InlineData("/.git/config")]
    [InlineData("/appsettings.json")]
    [InlineData("/wwwroot/..%2fappsettings.json")]
    [InlineData("/openapi/v2.json")]
    public async Task A_path_that_there_is_not_is_not_found(string path)
    {
        using var response = await _user.Client.GetAsync(path, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("text/html;q=0.9, image/png")]
    [InlineData("application/json;q=0")]
    [InlineData("nonsense")]
    public async Task An_answer_is_json_whatever_the_client_accepts(string accept)
    {
        using var found = await GetAsync("/v1/me", accept);
        using var refused = await GetAsync("/v1/videos?limit=0", accept);

        Assert.Equal("application/json", found.Content.Headers.ContentType?.MediaType);
        Assert.Equal(_user.Id, (await found.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("userId").GetGuid());
        await refused.ShouldBeInvalidAsync();
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await _user.Client.SendAsync(request, Cancellation);
    }
}
