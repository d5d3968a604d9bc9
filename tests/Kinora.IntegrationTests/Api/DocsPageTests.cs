using System.Text.RegularExpressions;

namespace Kinora.IntegrationTests.Api;

public sealed partial class DocsPageTests(ApiFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere()
    {
        using var client = fixture.CreateClient();

        using var page = await client.GetAsync("/docs", Cancellation);
        var html = await page.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotMatch(Elsewhere(), html);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        foreach (Match script in Script().Matches(html))
        {
            var address = new Uri(page.RequestMessage!.RequestUri!, script.Groups["src"].Value);
            using var response = await client.GetAsync(address, Cancellation);
            Assert.True(response.IsSuccessStatusCode, address.ToString());
        }
    }

    [Fact]
    public async Task The_document_is_served_as_json()
    {
        using var client = fixture.CreateClient();

        using var response = await client.GetAsync("/openapi/v1.json", Cancellation);

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"openapi\": \"3.1", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [GeneratedRegex("""(src|href)\s*=\s*["']?(https?:)?//""", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();

    [GeneratedRegex("""<script[^>]+src\s*=\s*["'](?<src>[^"']+)["']""", RegexOptions.IgnoreCase)]
    private static partial Regex Script();
}
