using System.Net;
using System.Net.Http.Json;
using System.Text;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Uploads.ByUrl;

/// <summary>What is refused before anything is made.</summary>
public sealed class UrlDoorTests(FetchingKinora kinora) : IClassFixture<FetchingKinora>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.2/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://169.254.169.254/")]
    [InlineData("http://localhost./")]
    [InlineData("http://user@media.example.org/")]
    [InlineData("ftp://media.example.org/walk.mp4")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://media.example.org:22/")]
    [InlineData("walk.mp4")]
    [InlineData("")]
    public async Task An_address_that_leads_inside_or_nowhere_is_refused(string url)
    {
        using var user = await kinora.Deployment.CreateUserAsync();

        using var response = await user.PostAsync("/v1/videos", new { url });

        Assert.Equal(["url"], (await response.ShouldBeInvalidAsync()).Keys);
        Assert.Empty((await user.GetAsync("/v1/videos")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"url": null}""")]
    [InlineData("""{"url": 1}""")]
    [InlineData("""{"url": "https://media.example.org/", "priority": 1}""")]
    [InlineData("""{"url": "https://media.example.org/", "title": ""}""")]
    [InlineData("""{"url": "https://media.example.org/", "transcode": "true"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task A_body_that_is_not_the_contracts_is_refused(string body)
    {
        using var user = await kinora.Deployment.CreateUserAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await user.Http.PostAsync("/v1/videos", content, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Another_type_of_body_is_refused_as_before()
    {
        using var user = await kinora.Deployment.CreateUserAsync();
        using var content = new StringContent("https://media.example.org/", Encoding.UTF8, "text/uri-list");

        using var response = await user.Http.PostAsync("/v1/videos", content, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task Who_is_not_logged_in_gets_nothing_fetched()
    {
        using var http = new HttpClient { BaseAddress = kinora.Deployment.Api.Address };

        using var response = await http.PostAsJsonAsync("/v1/videos", new { url = "https://media.example.org/" }, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_when_it_is_fetched()
    {
        // The host's own, which leads to it or to its network.
        await using var deployment = await Deployment.StartAsync(null, $"Kinora__Outbound__Ports__0={kinora.Server.Port}");
        await deployment.StartWorkerAsync();
        using var user = await deployment.CreateUserAsync();
        var url = kinora.Server.ServeFile(await SourceClips.TinyAsync()).Replace("127.0.0.1", Dns.GetHostName(), StringComparison.Ordinal);

        var (videoId, jobId) = await user.SubmitUrlAsync(url);

        await user.WaitForFailureAsync(videoId, jobId, "FETCH_REFUSED");
        Assert.Equal(0, kinora.Server.CountOf(url));
    }

    [Fact]
    public async Task What_is_left_of_a_quota_holds_for_a_fetch_and_the_switch_turns_all_of_it_off()
    {
        var clip = await SourceClips.TinyAsync();
        var quota = new FileInfo(clip).Length * 3 / 2;
        await using var api = await kinora.Deployment.StartApiAsync("Kinora__Uploads__AllowUrls=false");
        using var user = await kinora.Deployment.CreateUserAsync(api);

        using var off = await user.PostAsync("/v1/videos", new { url = kinora.Server.ServeFile(clip) });

        await off.ShouldBeErrorAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        await using var limited = await Deployment.StartAsync(null, [.. kinora.Server.Settings, $"Kinora__Limits__MaxBytesPerUser={quota}"]);
        await limited.StartWorkerAsync();
        using var other = await limited.CreateUserAsync();
        var (_, first) = await other.SubmitUrlAsync(kinora.Server.ServeFile(clip));
        await other.WaitForJobAsync(first);
        foreach (var promise in (bool[])[true, false])
        {
            var url = kinora.Server.Serve(exchange => FileServer.SendAsync(exchange, File.OpenRead(clip), promise));
            var (videoId, second) = await other.SubmitUrlAsync(url);
            await other.WaitForFailureAsync(videoId, second, "TOO_LARGE");
        }
    }
}
