namespace Kinora.IntegrationTests.Api;

public sealed class RequestIdTests(ApiFixture fixture)
{
    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/test/bug")]
    [InlineData("/v1/me")]
    [InlineData("/docs/")]
    public async Task A_well_formed_id_of_the_client_is_kept(string path)
    {
        Assert.Equal("my-request.0_1", await SendAsync(path, "my-request.0_1"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    [InlineData("with a blank in it")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("ééééééééé")]
    public async Task Any_other_is_replaced_by_a_new_one(string? sent)
    {
        Assert.True(Guid.TryParseExact(await SendAsync("/nowhere", sent), "D", out var id));
        Assert.Equal(7, id.Version);
    }

    [Fact]
    public async Task A_long_one_is_replaced()
    {
        Assert.True(Guid.TryParse(await SendAsync("/nowhere", new string('a', 129)), out _));
    }

    private async Task<string> SendAsync(string path, string? id)
    {
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = fixture.Api.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (id is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Request-Id", id);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return Assert.Single(response.Headers.GetValues("X-Request-Id"));
    }
}
