using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>Requests that would have the API hold much, many times: its memory does not follow them.</summary>
public sealed class FlatMemoryTests(ApiFixture fixture, PlayableVideos videos, ITestOutputHelper output) : IClassFixture<PlayableVideos>
{
    private const int WarmUp = 20;
    private const int Requests = 100;
    private const int AtOnce = 4;

    /// <summary>What is left of requests would show in each of them; a collector that comes late on a busy machine, in one or two.</summary>
    private const int MostRounds = 5;

    /// <summary>Of all rounds together: no request is held whole, however many come.</summary>
    private const long MostBytes = 4 * MaxGrowthBytes;
    private const long MaxGrowthBytes = 64 * 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("10,000 parts")]
    [InlineData("1 MB of part headers")]
    [InlineData("1,000 overlapping ranges")]
    public async Task The_most_that_the_process_ever_holds_stays(string kind)
    {
        await using var process = await fixture.StartProcessAsync($"--Kinora:Storage:Folder:Path={videos.Recorded.ObjectsDir}");
        var address = await process.AddressAsync();
        var body = kind switch
        {
            "10,000 parts" => Enumerable.Range(0, 10_000).Aggregate(new UploadBody(), (form, i) => form.Field($"f{i}", "x")).End(),
            "1 MB of part headers" => new UploadBody().Part("X-Long: " + new string('x', 1024 * 1024), [1]).End(),
            _ => null,
        };
        await SendManyAsync(address, body, WarmUp);
        var first = process.ResidentBytes("VmHWM");
        long growth;
        var round = 0;
        do
        {
            var before = process.ResidentBytes("VmHWM");
            await SendManyAsync(address, body, Requests);
            growth = process.ResidentBytes("VmHWM") - before;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {growth / 1048576.0:F1} MiB more after {Requests} requests"));
        }
        while (growth > MaxGrowthBytes && ++round < MostRounds);

        Assert.InRange(growth, 0, MaxGrowthBytes);
        Assert.InRange(process.ResidentBytes("VmHWM") - first, 0, MostBytes);
    }

    private Task SendManyAsync(Uri address, byte[]? form, int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation }, async (_, _) =>
        {
            // Each on a connection of its own, which is closed over a body that nobody reads.
            using var client = ApiFixture.CreateClient(address, videos.Owner);
            if (form is null)
            {
                await GetRangesAsync(client);
                return;
            }

            using var refused = await client.PostAsync("/v1/videos", UploadBody.ToContent(form), Cancellation);
            await refused.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        });

    private async Task GetRangesAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/videos/{videos.Video.Id}/hls/{PublishedVideo.Segment}");
        request.Headers.Range = new RangeHeaderValue();
        foreach (var i in Enumerable.Range(0, 1000))
        {
            request.Headers.Range.Ranges.Add(new RangeItemHeaderValue(i, i + 200_000));
        }

        using var whole = await client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        Assert.Equal(videos.Video[PublishedVideo.Segment].Length, (await whole.Content.ReadAsByteArrayAsync(Cancellation)).Length);
    }
}
