using System.Net;
using Kinora.Api.Http.Limits;
using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Queues;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>Who holds a connection, and does next to nothing with it.</summary>
public sealed class SlowClientTests(ApiFixture fixture, PlayableVideos videos) : IClassFixture<PlayableVideos>
{
    private const string Head = "POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n";
    private const int Tries = 500;
    private static readonly int Downloads = new RateLimitOptions().PlaybackDownloads;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Headers_at_a_byte_a_second_are_cut_off_with_408()
    {
        using var connection = await RawConnection.OpenAsync(fixture.Api.Address);

        var (answer, elapsed) = await connection.DripAsync("GET /v1/me HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + new string('x', 100), 1, Patience);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("VALIDATION_ERROR", answer, StringComparison.Ordinal);
        Assert.InRange(elapsed, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_body_at_a_hundred_bytes_a_second_is_refused_with_408_after_the_grace()
    {
        using var connection = await RawConnection.OpenAsync(fixture.Api.Address);
        await connection.WriteAsync(Head);

        var (answer, elapsed) = await connection.DripAsync(new string(' ', 3000), 100, Patience);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("came too slowly", answer, StringComparison.Ordinal);
        Assert.InRange(elapsed, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_body_that_comes_steadily_above_the_rate_may_take_longer_than_the_grace()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:Http:MinBytesPerSecond=20");
        using var connection = await RawConnection.OpenAsync(api.Address);
        await connection.WriteAsync(Head.Replace("100000", "1300", StringComparison.Ordinal).Replace("Host:", "Connection: close\r\nHost:", StringComparison.Ordinal));

        var (answer, elapsed) = await connection.DripAsync(new string(' ', 1298) + "{}", 100, Patience);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.True(elapsed > TimeSpan.FromSeconds(12), $"{elapsed}");
    }

    [Fact]
    public async Task Who_does_not_read_an_answer_is_cut_off()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:Http:MinBytesPerSecond=1000000");
        using var connection = await RawConnection.OpenAsync(api.Address, receiveBuffer: 4096);
        await connection.WriteAsync("GET /test/large HTTP/1.1\r\nHost: localhost\r\n\r\n");

        var elapsed = await connection.WaitUntilCutAsync(Patience);

        Assert.InRange(elapsed, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task Of_five_hundred_downloads_at_once_an_address_gets_two_hundred_and_others_are_answered()
    {
        var hold = new TaskCompletionSource();
        var waiting = 0;
        await using var api = await fixture.StartApiAsync(
            builder =>
            {
                var real = builder.Services.Last(service => service.ServiceType == typeof(IObjectStore)).ImplementationFactory!;
                builder.Services.AddSingleton<IObjectStore>(services => new RecordingStore((IObjectStore)real(services)) { OnRead = Hold });
            },
            $"--Kinora:Storage:Folder:Path={videos.Recorded.ObjectsDir}");
        using var client = ApiFixture.CreateClient(api);
        var path = $"/v1/videos/{videos.Video.Id}/hls/{videos.Sign(videos.Video.Id)}/{PublishedVideo.Segment}";
        var held = Enumerable.Range(0, Downloads).Select(_ => client.GetAsync(path, Cancellation)).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref waiting) == Downloads, () => "The downloads do not wait.");

        var more = await Task.WhenAll(Enumerable.Range(0, Tries - Downloads).Select(_ => client.GetAsync(path, Cancellation)));
        using var other = await client.GetAsync("/v1/me", Cancellation);
        hold.SetResult();
        var answers = await Task.WhenAll(held);
        using var again = await client.GetAsync(path, Cancellation);

        foreach (var refused in more)
        {
            await refused.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
            Assert.Equal("*", string.Join(", ", refused.Headers.GetValues("Access-Control-Allow-Origin")));
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
        Assert.All([.. answers, again], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));

        ObjectContent? Hold(ObjectContent? content)
        {
            Interlocked.Increment(ref waiting);
            return content! with { Stream = new HeldStream(content.Stream, hold.Task) };
        }
    }

    [Fact]
    public async Task What_players_fetch_has_a_rate_of_its_own()
    {
        await using var api = await fixture.StartApiAsync(
            "--Kinora:RateLimits:PlaybackPerMinute=5", $"--Kinora:Storage:Folder:Path={videos.Recorded.ObjectsDir}");
        using var client = ApiFixture.CreateClient(api);
        var path = $"/v1/videos/{videos.Video.Id}/hls/{videos.Sign(videos.Video.Id)}/{PublishedVideo.Master}";

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++)
        {
            using var answer = await client.GetAsync(path, Cancellation);
            answers.Add(answer.StatusCode);
        }

        using var other = await client.GetAsync("/v1/me", Cancellation);

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.OK, 5), HttpStatusCode.TooManyRequests], answers);
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }
}
