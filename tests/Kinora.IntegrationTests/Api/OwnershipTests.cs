using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kinora.IntegrationTests.Api;

/// <summary>
/// Every operation of the OpenAPI document, for who may not: generated, so that a new route is tested as soon as it is documented, and
/// fails where this test does not know how to call it.
/// </summary>
public sealed partial class OwnershipTests(PlayableVideos videos) : IClassFixture<PlayableVideos>
{
    /// <summary>Who has no account yet, or no token, or wants to know what the server can.</summary>
    private static readonly string[] Open =
    [
        "OPTIONS /v1/uploads", "POST /v1/auth/login", "POST /v1/auth/logout", "POST /v1/auth/refresh", "POST /v1/auth/register",
    ];

    /// <summary>The signature in the path decides, not the user.</summary>
    private static readonly string[] Signed = ["/v1/videos/{videoId}/storyboard/{token}/{name}", "/v1/videos/{videoId}/thumbnail/{token}"];

    /// <summary>Bodies of the operations that need one, as they would be right.</summary>
    private static readonly Dictionary<string, object> Bodies = new()
    {
        ["PATCH /v1/videos/{videoId}"] = new { title = "Mine now" },
        ["PATCH /v1/webhooks/{webhookId}"] = new { url = "https://example.net/mine" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Protected => ContractDocument.Where(o => !Open.Contains(o.Name) && !Signed.Contains(o.Path));

    public static TheoryData<string, string> OnOneResource =>
        ContractDocument.Where(o => !Open.Contains(o.Name) && !Signed.Contains(o.Path) && o.Path.Contains('{'));

    [Fact]
    public async Task Open_to_anybody_is_what_has_to_be_and_no_more()
    {
        Assert.Equal(Open, ContractDocument.Operations.Where(o => o.IsOpen).Select(o => o.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            Signed, ContractDocument.Operations.Select(o => o.Path).Where(p => p.Contains("{token}")).Distinct().Order(StringComparer.Ordinal));

        foreach (var path in Signed)
        {
            foreach (var (signature, status, code) in ((string, HttpStatusCode, string)[])
                [
                    ("~forged", HttpStatusCode.Unauthorized, "UNAUTHORIZED"),
                    (videos.Sign(videos.StrangersVideo.Id), HttpStatusCode.Forbidden, "FORBIDDEN"),
                ])
            {
                using var refused = await SendAsync(videos.Owner, "GET", path, OwnPath(path, signature));
                await ShouldBeAsync(refused, status, code);
            }

            using var answer = await SendAsync(null, "GET", path, OwnPath(path, videos.Sign(videos.Video.Id)));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Theory]
    [MemberData(nameof(Protected))]
    public async Task Without_an_account_nothing_is_answered(string method, string path)
    {
        using var anonymous = await SendAsync(null, method, path, OwnPath(path));
        using var gone = await SendAsync(videos.Gone, method, path, OwnPath(path));

        foreach (var refused in (HttpResponseMessage[])[anonymous, gone])
        {
            await ShouldBeAsync(refused, HttpStatusCode.Unauthorized, "UNAUTHORIZED");
            Assert.Equal("Bearer", Assert.Single(refused.Headers.WwwAuthenticate).Scheme);
        }
    }

    [Theory]
    [MemberData(nameof(OnOneResource))]
    public async Task Nobody_but_the_owner_gets_through(string method, string path)
    {
        var unknownId = Guid.CreateVersion7().ToString();

        using var stranger = await SendAsync(videos.Stranger, method, path, OwnPath(path));
        using var unknown = await SendAsync(videos.Owner, method, path, Fill(path, _ => unknownId));

        await ShouldBeAsync(stranger, HttpStatusCode.Forbidden, "FORBIDDEN");
        await ShouldBeAsync(unknown, HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.All([stranger, unknown], response => Assert.DoesNotContain(
            response.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [MemberData(nameof(OnOneResource))]
    public async Task An_id_that_is_no_uuid_is_invalid(string method, string path)
    {
        foreach (var id in (string[])["0", "-1", "null", "9223372036854775808", "..%2f..%2fetc", "{01931f6e-5c2a-7d4b-9f00-3a1c5e7b9d11}"])
        {
            using var response = await SendAsync(videos.Owner, method, path, Fill(path, _ => id));
            await ShouldBeAsync(response, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        }
    }

    [Fact]
    public async Task What_a_stranger_tried_has_changed_nothing()
    {
        using var client = ApiFixture.CreateClient(videos.Api, videos.Owner);

        var video = await client.GetFromJsonAsync<JsonElement>($"/v1/videos/{videos.Video.Id}", Cancellation);
        var jobs = await client.GetFromJsonAsync<JsonElement>($"/v1/videos/{videos.Video.Id}/jobs", Cancellation);

        Assert.Equal(0, await new TusClient(client).OffsetAsync(new Uri($"/v1/uploads/{videos.UploadId}", UriKind.Relative)));
        Assert.Equal("walk", video.GetProperty("title").GetString());
        Assert.Equal("READY", video.GetProperty("status").GetString());
        Assert.Equal(3, jobs.GetProperty("items").GetArrayLength());
        var webhook = await client.GetFromJsonAsync<JsonElement>($"/v1/webhooks/{videos.WebhookId}", Cancellation);
        Assert.Equal("https://example.org/hook", webhook.GetProperty("url").GetString());
    }

    /// <summary>The answer to a HEAD has no body to look into.</summary>
    private static async Task ShouldBeAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        if (response.RequestMessage!.Method == HttpMethod.Head)
        {
            Assert.Equal(status, response.StatusCode);
            Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
            return;
        }

        await response.ShouldBeErrorAsync(status, code);
    }

    private string OwnPath(string path, string? signature = null) => Fill(
        path,
        name => name switch
        {
            "videoId" => $"{videos.Video.Id}",
            "jobId" => $"{videos.Video.HlsJobId}",
            "uploadId" => $"{videos.UploadId}",
            "webhookId" => $"{videos.WebhookId}",
            "deliveryId" => $"{videos.DeliveryId}",
            _ => throw new InvalidOperationException($"This test has no value for {name} of {path}."),
        },
        signature);

    /// <param name="idOf">By the parameter's name.</param>
    private static string Fill(string path, Func<string, string> idOf, string? signature = null) =>
        Parameter().Replace(path, match => match.Groups["name"].Value switch
        {
            "token" => signature ?? throw new InvalidOperationException($"{path} needs a signature."),
            "path" => PublishedVideo.Master,
            "name" => PublishedVideo.Sprite,
            "sprite" => PublishedVideo.Sprite["storyboard-".Length..^".jpg".Length],
            var id => idOf(id),
        });

    private async Task<HttpResponseMessage> SendAsync(ApiUser? user, string method, string path, string filled)
    {
        using var client = ApiFixture.CreateClient(videos.Api, user);
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), filled);
        if (Bodies.TryGetValue($"{method} {path}", out var body))
        {
            request.Content = JsonContent.Create(body);
        }

        if (path.StartsWith("/v1/uploads", StringComparison.Ordinal))
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
            request.Headers.Add("Upload-Offset", "0");
            request.Content = new ByteArrayContent("x"u8.ToArray()) { Headers = { ContentType = new("application/offset+octet-stream") } };
        }

        return await client.SendAsync(request, Cancellation);
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}")]
    private static partial Regex Parameter();
}
