using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Webhooks;

/// <summary>What can be asked of webhooks, and what is refused.</summary>
public sealed class WebhookRouteTests(ApiFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_is_made_listed_changed_and_deleted()
    {
        using var user = await fixture.CreateUserAsync();
        var (id, made) = await CreateAsync(user, new { url = "https://example.org/hook", events = new[] { "video.*", "job.failed" }, description = "the site" });
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", made.Text("secret"));
        Assert.Equal("ENABLED", made.GetProperty("webhook").Text("status"));

        using var changed = await user.Client.PatchAsJsonAsync($"/v1/webhooks/{id}", new { events = new[] { "*" }, enabled = false }, Cancellation);
        var webhook = await changed.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(("DISABLED", "USER", "the site"), (webhook.Text("status"), webhook.Text("disabledReason"), webhook.Text("description")));
        Assert.Equal("*", Assert.Single(webhook.GetProperty("events").EnumerateArray()).GetString());
        var list = await user.Client.GetFromJsonAsync<JsonElement>("/v1/webhooks", Cancellation);
        Assert.Equal($"{webhook}", $"{Assert.Single(list.GetProperty("items").EnumerateArray())}");
        Assert.DoesNotContain("whsec_", $"{list}", StringComparison.Ordinal);

        using var deleted = await user.Client.DeleteAsync($"/v1/webhooks/{id}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await user.Client.GetAsync($"/v1/webhooks/{id}", Cancellation);
        await gone.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Theory]
    [InlineData("ftp://example.org/", "*", "url")]
    [InlineData("http://169.254.169.254/", "*", "url")]
    [InlineData("http://[::1]/", "*", "url")]
    [InlineData("https://user@example.org/", "*", "url")]
    [InlineData("https://example.org:22/", "*", "url")]
    [InlineData("nowhere", "*", "url")]
    [InlineData("https://example.org/", "video.lost", "events[0]")]
    [InlineData("https://example.org/", "vid*", "events[0]")]
    [InlineData("https://example.org/", "webhook.test", "events[0]")]
    [InlineData("https://example.org/", "", "events[0]")]
    [InlineData("https://example.org/", null, "events[0]")]
    public async Task What_cannot_be_sent_to_or_never_comes_is_refused(string url, string? filter, string path)
    {
        using var user = await fixture.CreateUserAsync();

        using var answer = await user.Client.PostAsJsonAsync("/v1/webhooks", new { url, events = new[] { filter } }, Cancellation);

        Assert.Equal([path], (await answer.ShouldBeInvalidAsync()).Keys);
    }

    [Fact]
    public async Task Nobody_has_more_than_a_user_may()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:Webhooks:MaxPerUser=1");
        using var user = await fixture.CreateUserAsync();
        using var client = ApiFixture.CreateClient(api, user);
        await CreateAsync(user, new { url = "https://example.org/hook", events = new[] { "*" } });

        using var second = await client.PostAsJsonAsync("/v1/webhooks", new { url = "https://example.org/hook", events = new[] { "*" } }, Cancellation);

        await second.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task Deliveries_come_in_pages()
    {
        using var user = await fixture.CreateUserAsync();
        var (id, _) = await CreateAsync(user, new { url = "https://example.org/hook", events = new[] { "job.*" } });
        for (var i = 0; i < 3; i++)
        {
            using var test = await user.Client.PostAsync($"/v1/webhooks/{id}/test", null, Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, test.StatusCode);
        }

        var first = await user.Client.GetFromJsonAsync<JsonElement>($"/v1/webhooks/{id}/deliveries?limit=2&status=PENDING", Cancellation);
        var second = await user.Client.GetFromJsonAsync<JsonElement>($"/v1/webhooks/{id}/deliveries?limit=2&cursor={first.Text("nextCursor")}", Cancellation);

        var all = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).ToList();
        Assert.Equal(3, all.Select(d => d.Text("id")).Distinct().Count());
        Assert.Null(second.Text("nextCursor"));
        Assert.All(all, d => Assert.Equal(("webhook.test", "PENDING", 0), (d.Text("eventType"), d.Text("status"), d.GetProperty("attempts").GetInt32())));
    }

    [Fact]
    public async Task The_same_key_makes_one_webhook_and_tells_its_secret_again()
    {
        using var user = await fixture.CreateUserAsync();
        user.Client.DefaultRequestHeaders.Add("Idempotency-Key", "one");
        var request = new { url = "https://example.org/hook", events = new[] { "*" } };

        var (first, second) = (await CreateAsync(user, request), await CreateAsync(user, request));

        Assert.Equal((first.Id, first.Answer.Text("secret")), (second.Id, second.Answer.Text("secret")));
    }

    private static async Task<(Guid Id, JsonElement Answer)> CreateAsync(ApiUser user, object request)
    {
        using var response = await user.Client.PostAsJsonAsync("/v1/webhooks", request, Cancellation);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return (answer.GetProperty("webhook").GetProperty("id").GetGuid(), answer);
    }
}
