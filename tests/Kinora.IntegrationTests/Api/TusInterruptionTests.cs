using System.Net;
using Kinora.IntegrationTests.Queues;

namespace Kinora.IntegrationTests.Api;

/// <summary>Requests of tus that are cut, or overtaken by later ones.</summary>
public sealed class TusInterruptionTests(ApiFixture fixture, TusApi tusApi) : TusTest(fixture, tusApi)
{
    [Fact]
    public async Task What_a_client_sent_before_it_went_away_counts()
    {
        var bytes = Film(14 * Megabyte);
        var upload = await Tus.CreateAsync(bytes.Length);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sent = new StallingStream(bytes, 12 * Megabyte);
        var patch = Tus.PatchAsync(upload, 0, new StreamContent(sent), [], gone.Token);
        await sent.Stalled.WaitAsync(Eventually.Timeout, Cancellation);

        // What is still in the sockets is lost with the connection.
        await Eventually.TrueAsync(async () => await StoredOffsetAsync(upload) >= 10 * Megabyte, () => "no part is stored");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patch);

        var offset = (int)await Tus.OffsetAsync(upload);
        Assert.InRange(offset, 10 * Megabyte, 12 * Megabyte);
        using var last = await Tus.PatchAsync(upload, offset, bytes[offset..]);
        await AssertIsVideoAsync(last, bytes);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Server.TmpDir));
    }

    [Fact]
    public async Task The_later_of_two_requests_goes_on_where_the_earlier_one_is()
    {
        var bytes = Film(14 * Megabyte);
        var upload = await Tus.CreateAsync(bytes.Length);
        var sent = new StallingStream(bytes, 12 * Megabyte);
        var earlier = Tus.PatchAsync(upload, 0, new StreamContent(sent), []);
        await sent.Stalled.WaitAsync(Eventually.Timeout, Cancellation);
        await Eventually.TrueAsync(async () => await StoredOffsetAsync(upload) >= 10 * Megabyte, () => "no part is stored");

        var offset = (int)await Tus.OffsetAsync(upload);
        Assert.InRange(offset, 10 * Megabyte, 12 * Megabyte);
        using var last = await Tus.PatchAsync(upload, offset, bytes[offset..]);

        await AssertIsVideoAsync(last, bytes);
        sent.GoOn();
        try
        {
            using var ended = await earlier;
            await ended.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        }
        catch (HttpRequestException)
        {
            // The server has closed the connection of a body that it no longer reads.
        }
    }

    [Fact]
    public async Task A_request_to_another_api_takes_the_upload_from_the_earlier_one()
    {
        await using var api = await Server.StartAnotherAsync();
        using var http = ApiFixture.CreateClient(api, User);
        var there = new TusClient(http);
        var bytes = Film(24 * Megabyte);
        var upload = await Tus.CreateAsync(bytes.Length);
        var sent = new StallingStream(bytes, 12 * Megabyte);
        var earlier = Tus.PatchAsync(upload, 0, new StreamContent(sent), []);
        await sent.Stalled.WaitAsync(Eventually.Timeout, Cancellation);
        await Eventually.TrueAsync(async () => await StoredOffsetAsync(upload) >= 10 * Megabyte, () => "no part is stored");

        using var later = await there.PatchAsync(upload, 10 * Megabyte, bytes[(10 * Megabyte)..(13 * Megabyte)]);
        Assert.Equal(HttpStatusCode.NoContent, later.StatusCode);
        sent.GoOn();
        try
        {
            using var ended = await earlier;
            await ended.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        }
        catch (HttpRequestException)
        {
            // It is refused in its midst: the connection of a body that is no longer read is closed.
        }

        Assert.Equal(13 * Megabyte, await there.OffsetAsync(upload));
        using var last = await there.PatchAsync(upload, 13 * Megabyte, bytes[(13 * Megabyte)..]);
        await AssertIsVideoAsync(last, bytes);
    }
}
