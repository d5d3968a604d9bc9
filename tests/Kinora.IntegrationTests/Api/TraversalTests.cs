using System.Net;

namespace Kinora.IntegrationTests.Api;

/// <summary>No path of a URL ever becomes a key: what is not in the manifest, letter by letter, is not there, and the store is not asked.</summary>
public sealed class TraversalTests(PlayableVideos videos) : IClassFixture<PlayableVideos>
{
    private static readonly string[] Steps =
    [
        "..%2f", "..%2F", "%2e%2e%2f", "%2E%2E%2F", "%2e%2e%5c", "..\\", "..%5c", "%252e%252e%252f", "%252e%252e/", "..%252f", "..%c0%af",
        "..%ef%bc%8f", "%c0%ae%c0%ae%2f", "....%2f%2f", ".%2e%2f", "..;%2f", "%2f", "%5c", "..%2f..%2f..%2f..%2f",
    ];

    private static readonly string[] Targets = ["master.m3u8", "etc/passwd", "sources/source"];

    public static TheoryData<string> Variants =>
    [
        .. from step in Steps from target in Targets select step + target,
        "/master.m3u8", "//master.m3u8", "720p//1.m4s", "720p/1.m4s/", "720p/1.m4s/..%2f", "720p/1.m4s;x", "720p/1.m4s%3bx", "720p/1.m4s%20",
        "720p/1.m4s.", "720p/1.m4s.tmp", "master.m3u8.tmp", ".tmp", ".tmp/1", "MASTER.M3U8", "Master.m3u8", "720P/1.m4s", "720p%2f1.m4s",
        "720p%5c1.m4s", "720p\\1.m4s", "720p", "720p/", "", "thumbnail.jpg", "*", "%2a", "720p/1.m4s%0a", "720p/1.m4s%0d%0aX:1", "%7e", "~/master.m3u8",
        "master.m3u8%23", "master.m3u8%3fx", "%6daster.m3u8%00x", "file:%2f%2f%2fetc%2fpasswd", "http:%2f%2f127.0.0.1%2f", "C:%5cx", "nul", "720p/1.m4s%u002e",
        "ma%C4%B1ster.m3u8", "master.m3u8::$DATA", new string('a', 4000), string.Concat(Enumerable.Repeat("a/", 2000)),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_name_that_is_not_in_the_manifest_is_not_found_and_the_store_is_not_asked(string path)
    {
        using var client = ApiFixture.CreateClient(videos.Api, videos.Owner);
        var root = $"/v1/videos/{videos.Video.Id}/hls";
        var before = videos.Recorded.Store.Calls.Count;

        using var signed = await GetAsync(client, $"{root}/{videos.Sign(videos.Video.Id)}/{path}");
        using var owned = await GetAsync(client, $"{root}/{path}");

        await ShouldBeRefusedAsync(signed, path, isSigned: true);
        await ShouldBeRefusedAsync(owned, path, isSigned: false);
        Assert.Equal(before, videos.Recorded.Store.Calls.Count);
    }

    [Fact]
    public async Task The_objects_of_another_video_cannot_be_named()
    {
        var key = await videos.StrangersVideo.KeyAsync(videos.Api, PublishedVideo.Segment);
        var tail = key["derivatives/".Length..];
        using var client = ApiFixture.CreateClient(videos.Api);
        var before = videos.Recorded.Store.Calls.Count;

        foreach (var name in (string[])[key, tail, $"..%2f..%2f..%2f{tail}", $"%2e%2e%2f{key}", $"..%5c..%5c{tail}"])
        {
            using var response = await GetAsync(client, $"/v1/videos/{videos.Video.Id}/hls/{videos.Sign(videos.Video.Id)}/{name}");
            await response.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }

        Assert.Equal(before, videos.Recorded.Store.Calls.Count);
    }

    private static async Task ShouldBeRefusedAsync(HttpResponseMessage response, string path, bool isSigned)
    {
        var (status, code) = path switch
        {
            _ when path.Contains("%00", StringComparison.Ordinal) => (HttpStatusCode.BadRequest, "VALIDATION_ERROR"),

            // What begins so is a signature, and a forged one.
            "%7e" or "~/master.m3u8" when !isSigned => (HttpStatusCode.Unauthorized, "UNAUTHORIZED"),
            _ => (HttpStatusCode.NotFound, "NOT_FOUND"),
        };
        await response.ShouldBeErrorAsync(status, code);
    }

    /// <summary>As it stands: the client would resolve dots and escapes by itself.</summary>
    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string path)
    {
        var asItIs = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        Assert.True(Uri.TryCreate(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, asItIs, out var uri));
        return await client.GetAsync(uri, Cancellation);
    }
}
