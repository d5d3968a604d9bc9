using System.Net;
using System.Net.Http.Json;
using Kinora.Core.Errors;
using Kinora.IntegrationTests.Queues;

namespace Kinora.IntegrationTests.Api;

/// <summary>The contract's table of errors: each code is what some real request is answered with.</summary>
public sealed class ErrorCodeTests(ApiFixture fixture, PlayableVideos videos) : IClassFixture<PlayableVideos>
{
    public static TheoryData<string> Codes => [.. ErrorCode.All.Select(code => code.Name)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Each_code_is_answered_with_its_status(string name)
    {
        var code = ErrorCode.All.Single(known => known.Name == name);
        using var owner = ApiFixture.CreateClient(videos.Api, videos.Owner);
        using var anonymous = ApiFixture.CreateClient(videos.Api);

        using var response = await ProvokeAsync(name, owner, anonymous);

        await response.ShouldBeErrorAsync((HttpStatusCode)code.Status, name);
        Assert.Equal(code.Status == 401, response.Headers.WwwAuthenticate.Count > 0);
        Assert.Equal(code.Status is 429 or 503, response.Headers.RetryAfter is not null);
        Assert.Equal(code.Status == 405, response.Content.Headers.Allow.Count > 0);
        Assert.Equal(code.Status == 416, response.Content.Headers.ContentRange is not null);
    }

    private async Task<HttpResponseMessage> ProvokeAsync(string code, HttpClient owner, HttpClient anonymous)
    {
        var video = $"/v1/videos/{videos.Video.Id}";
        switch (code)
        {
            case "VALIDATION_ERROR":
                return await owner.GetAsync("/v1/videos?limit=0", Cancellation);
            case "UNAUTHORIZED":
                return await anonymous.GetAsync(video, Cancellation);
            case "FORBIDDEN":
                return await owner.GetAsync($"/v1/videos/{videos.StrangersVideo.Id}", Cancellation);
            case "NOT_FOUND":
                return await owner.GetAsync($"/v1/videos/{Guid.CreateVersion7()}", Cancellation);
            case "METHOD_NOT_ALLOWED":
                return await owner.PutAsync(video, null, Cancellation);
            case "CONFLICT":
                return await owner.PostAsync($"/v1/jobs/{videos.Video.HlsJobId}/cancel", null, Cancellation);
            case "PAYLOAD_TOO_LARGE":
                var tooLarge = new UploadBody().File(UploadBody.Mp4(RecordedApi.MaxBytes + 1)).ToContent();
                return await owner.PostAsync("/v1/videos", tooLarge, Cancellation);
            case "UNSUPPORTED_MEDIA_TYPE":
                return await owner.PostAsync("/v1/videos", new UploadBody().File("GIF89a"u8.ToArray()).ToContent(), Cancellation);
            case "RANGE_NOT_SATISFIABLE":
                using (var request = new HttpRequestMessage(HttpMethod.Get, $"{video}/hls/{PublishedVideo.Segment}"))
                {
                    request.Headers.Add("Range", "bytes=9999999-");
                    return await owner.SendAsync(request, Cancellation);
                }

            case "GONE":
                return await GoOnTooLateAsync();
            case "PRECONDITION_FAILED":
                return await owner.PostAsync("/v1/uploads", null, Cancellation);
            case "CHECKSUM_MISMATCH":
                return await new TusClient(owner).BeginAsync(4096, UploadBody.Mp4(), [("Upload-Checksum", $"sha1 {Convert.ToBase64String(new byte[20])}")]);
            case "TOO_MANY_REQUESTS":
                return await LoginTooOftenAsync();
            case "INTERNAL":
                videos.Recorded.Store.OnRead = _ => throw new InvalidOperationException("a bug");
                return await owner.GetAsync($"{video}/thumbnail", Cancellation);
            case "UNAVAILABLE":
                videos.Recorded.Store.OnRead = _ => null;
                return await owner.GetAsync($"{video}/thumbnail", Cancellation);
            default:
                throw new ArgumentOutOfRangeException(nameof(code), code, "This code has no request yet.");
        }
    }

    private async Task<HttpResponseMessage> GoOnTooLateAsync()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:Uploads:ExpiresAfter=00:00:01");
        using var client = ApiFixture.CreateClient(api, videos.Owner);
        var tus = new TusClient(client);
        var upload = await tus.CreateAsync(4096);
        await Eventually.TrueAsync(async () =>
        {
            using var head = await tus.HeadAsync(upload);
            return head.StatusCode == HttpStatusCode.Gone;
        }, () => "the upload does not expire");
        return await tus.PatchAsync(upload, 0, UploadBody.Mp4());
    }

    private async Task<HttpResponseMessage> LoginTooOftenAsync()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:RateLimits:CredentialsPerMinute=1", ApiFixture.CountsOfItsOwn());
        using var client = ApiFixture.CreateClient(api);
        var credentials = new { email = "nobody@example.org", password = "never a password" };
        using var first = await client.PostAsJsonAsync("/v1/auth/login", credentials, Cancellation);
        var second = await client.PostAsJsonAsync("/v1/auth/login", credentials, Cancellation);
        await second.Content.LoadIntoBufferAsync(Cancellation);
        return second;
    }
}
