using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Api;

/// <summary>
/// Every operation of the OpenAPI document on one video or job, for who may not: generated, so that a new route is tested as soon as it is
/// documented, and fails where this test does not know how to call it.
/// </summary>
public sealed class OwnershipTests(PlayableVideos videos) : IClassFixture<PlayableVideos>
{
    /// <summary>Bodies of the operations that need one, as they would be right.</summary>
    private static readonly Dictionary<string, object> Bodies = new() { ["PATCH /v1/videos/{videoId}"] = new { title = "Mine now" } };

    /// <summary>What the signature of a path decides about, not the user: PlaybackTests.</summary>
    private static readonly HashSet<string> Signed = ["/v1/videos/{videoId}/thumbnail/{token}", "/v1/videos/{videoId}/storyboard/{token}/{name}"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Operations
    {
        get
        {
            var data = new TheoryData<string, string>();
            using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "openapi.v1.json")));
            foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject().Where(p => p.Name.Contains('{') && !Signed.Contains(p.Name)))
            {
                foreach (var operation in path.Value.EnumerateObject().Where(o => o.Name is not ("parameters" or "summary" or "description")))
                {
                    data.Add(operation.Name.ToUpperInvariant(), path.Name);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Nobody_but_the_owner_gets_through(string method, string path)
    {
        var own = Fill(path, videos.Video.Id.ToString(), videos.Video.HlsJobId.ToString(), videos.UploadId.ToString());
        var unknownId = Guid.CreateVersion7().ToString();

        using var anonymous = await SendAsync(null, method, path, own);
        using var stranger = await SendAsync(videos.Stranger, method, path, own);
        using var unknown = await SendAsync(videos.Owner, method, path, Fill(path, unknownId, unknownId, unknownId));

        await ShouldBeAsync(anonymous, HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.NotEmpty(anonymous.Headers.WwwAuthenticate);
        await ShouldBeAsync(stranger, HttpStatusCode.Forbidden, "FORBIDDEN");
        await ShouldBeAsync(unknown, HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.All([anonymous, stranger, unknown], response => Assert.DoesNotContain(
            response.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_id_that_is_no_uuid_is_invalid(string method, string path)
    {
        foreach (var id in (string[])["0", "-1", "null", "9223372036854775808", "..%2f..%2fetc", "{01931f6e-5c2a-7d4b-9f00-3a1c5e7b9d11}"])
        {
            using var response = await SendAsync(videos.Owner, method, path, Fill(path, id, id, id));
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

    private static string Fill(string path, string videoId, string jobId, string uploadId)
    {
        var filled = path
            .Replace("{videoId}", videoId, StringComparison.Ordinal)
            .Replace("{jobId}", jobId, StringComparison.Ordinal)
            .Replace("{uploadId}", uploadId, StringComparison.Ordinal)
            .Replace("{path}", PublishedVideo.Master, StringComparison.Ordinal)
            .Replace("storyboard-{sprite}.jpg", PublishedVideo.Sprite, StringComparison.Ordinal);
        Assert.False(path.Replace("{videoId}", "", StringComparison.Ordinal).Replace("{jobId}", "", StringComparison.Ordinal)
            .Replace("{path}", "", StringComparison.Ordinal).Replace("{sprite}", "", StringComparison.Ordinal)
            .Replace("{uploadId}", "", StringComparison.Ordinal).Contains('{'), $"this test has no value for a parameter of {path}");
        return filled;
    }

    private async Task<HttpResponseMessage> SendAsync(ApiUser? user, string method, string path, string filled)
    {
        using var client = ApiFixture.CreateClient(videos.Api, user);
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), filled);
        if (Bodies.TryGetValue($"{method} {path}", out var body))
        {
            request.Content = JsonContent.Create(body);
        }

        if (path.StartsWith("/v1/uploads/", StringComparison.Ordinal))
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
            request.Headers.Add("Upload-Offset", "0");
            request.Content = new ByteArrayContent("x"u8.ToArray()) { Headers = { ContentType = new("application/offset+octet-stream") } };
        }

        return await client.SendAsync(request, Cancellation);
    }
}
