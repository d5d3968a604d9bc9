using System.Net;
using Microsoft.EntityFrameworkCore;

namespace Kinora.IntegrationTests.Api;

/// <summary>What a user may begin to send, decided before the first byte of it.</summary>
public sealed class TusLimitTests(ApiFixture fixture, TusApi tusApi) : TusTest(fixture, tusApi)
{
    private const long Gigabyte = 1L << 30;

    [Fact]
    public async Task What_is_larger_than_a_file_may_be_is_refused_at_its_beginning()
    {
        using var response = await Tus.BeginAsync(TusApi.MaxBytes + 1, null, []);

        await response.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
    }

    [Theory]
    [InlineData(5 * Gigabyte, HttpStatusCode.Created)]
    [InlineData((5 * Gigabyte) + 1, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(20 * Gigabyte, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(long.MaxValue, HttpStatusCode.RequestEntityTooLarge)]
    public async Task What_is_larger_than_the_users_quota_is_refused_at_its_beginning(long length, HttpStatusCode status)
    {
        await using var api = await Fixture.StartApiAsync($"--Kinora:Limits:MaxBytesPerUser={5 * Gigabyte}", $"--Kinora:Uploads:MaxBytes={64 * Gigabyte}");
        using var http = ApiFixture.CreateClient(api, User);

        using var response = await new TusClient(http).BeginAsync(length, null, []);

        Assert.Equal(status, response.StatusCode);
        if (status == HttpStatusCode.RequestEntityTooLarge)
        {
            await response.ShouldBeErrorAsync(status, "PAYLOAD_TOO_LARGE");
            Assert.Equal(0, await Fixture.QueryAsync(db => db.Uploads.CountAsync(u => u.OwnerId == User.Id, Cancellation)));
        }
    }

    [Fact]
    public async Task Uploads_under_way_count_against_the_quota()
    {
        await using var api = await Fixture.StartApiAsync($"--Kinora:Limits:MaxBytesPerUser={10 * Megabyte}", "--Kinora:Uploads:MaxUnfinishedPerUser=2");
        using var http = ApiFixture.CreateClient(api, User);
        var tus = new TusClient(http);
        var first = await tus.CreateAsync(8 * Megabyte);

        using var second = await tus.BeginAsync(3 * Megabyte, null, []);
        await second.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");

        // By a connection of its own, which is closed over a body that nobody reads.
        using var other = ApiFixture.CreateClient(api, User);
        using var form = await other.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4(3 * Megabyte)).ToContent(), Cancellation);
        await form.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        using var whole = await tus.PatchAsync(first, 0, Film(8 * Megabyte));
        Assert.Equal(HttpStatusCode.NoContent, whole.StatusCode);
        await tus.CreateAsync(100);
        await tus.CreateAsync(100);
        using var third = await tus.BeginAsync(100, null, []);
        await third.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
    }
}
