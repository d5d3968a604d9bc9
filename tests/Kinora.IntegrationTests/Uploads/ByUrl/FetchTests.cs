using System.Net;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Uploads.ByUrl;

/// <summary>What a fetch meets: servers of all kinds, and a user who thinks better of it.</summary>
public sealed class FetchTests(FetchingKinora kinora) : IClassFixture<FetchingKinora>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private FileServer Server => kinora.Server;

    private Deployment Deployment => kinora.Deployment;

    [Fact]
    public async Task A_clip_without_a_promised_length_arrives()
    {
        using var user = await Deployment.CreateUserAsync();
        var clip = await SourceClips.TinyAsync();
        var url = Server.Serve(exchange => FileServer.SendAsync(exchange, File.OpenRead(clip), promise: false), name: "");
        var folder = new Uri(url).Segments[^1].TrimEnd('/');

        var (videoId, jobId) = await user.SubmitUrlAsync(url, title: "By the sea");

        await user.WaitForJobAsync(jobId);
        var video = await user.WaitForStatusAsync(videoId, "ANALYZED");
        Assert.Equal(("By the sea", folder, new FileInfo(clip).Length), (video.Text("title"), video.Text("originalFilename"), video.GetProperty("sizeBytes").GetInt64()));
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("inside")]
    public async Task A_redirect_to_where_nobody_may_go_is_refused_before_any_connection(string to)
    {
        using var user = await Deployment.CreateUserAsync();

        var (videoId, jobId) = await user.SubmitUrlAsync(Server.Redirect(to == "inside" ? Server.InsideUrl : to));

        await user.WaitForFailureAsync(videoId, jobId, "FETCH_REFUSED");
        Assert.False(Server.InsideWasReached);
        Assert.Equal(1, (await user.JobAsync(jobId)).GetProperty("attempts").GetInt32());
    }

    [Theory]
    [InlineData("404 Not Found", "FETCH_FAILED", 1)]
    [InlineData("403 Forbidden", "FETCH_FAILED", 1)]
    [InlineData("206 Partial Content", "FETCH_FAILED", 1)]
    [InlineData("204 No Content", "FETCH_FAILED", 1)]
    [InlineData("429 Too Many Requests", "FETCH_UNAVAILABLE", 2)]
    [InlineData("500 Internal Server Error", "FETCH_UNAVAILABLE", 2)]
    public async Task A_server_that_says_no_is_asked_again_where_that_may_help(string status, string code, int attempts)
    {
        using var user = await Deployment.CreateUserAsync();
        var url = Server.Serve(exchange => exchange.AnswerAsync(status));

        var (videoId, jobId) = await user.SubmitUrlAsync(url);

        var error = await user.WaitForFailureAsync(videoId, jobId, code);
        Assert.Contains(status.Split(' ')[0], error.Text("message"));
        Assert.Equal(attempts, Server.CountOf(url));
        var explanation = await user.GetAsync($"/v1/videos/{videoId}/explain");
        Assert.Equal("FAILED", explanation.Text("code"));
        Assert.Contains(code, explanation.Text("message"));
        await ShouldBeForgottenAsync(videoId);
    }

    [Theory]
    [InlineData("hangs")]
    [InlineData("hangs in the midst")]
    [InlineData("drips")]
    [InlineData("drops")]
    public async Task A_server_in_trouble_is_asked_again_and_then_given_up(string what)
    {
        using var user = await Deployment.CreateUserAsync();
        var clip = await SourceClips.ShortAsync();
        var url = Server.Serve(exchange => what switch
        {
            "hangs" => exchange.HangAsync(),
            "hangs in the midst" => FileServer.SendAsync(exchange, File.OpenRead(clip), most: 20_000, then: e => e.HangAsync()),
            "drips" => FileServer.SendAsync(exchange, File.OpenRead(clip), most: 20_000, then: DripAsync),
            _ => FileServer.SendAsync(exchange, File.OpenRead(clip), most: 20_000, then: ResetAsync),
        });

        var (videoId, jobId) = await user.SubmitUrlAsync(url);

        await user.WaitForFailureAsync(videoId, jobId, "FETCH_UNAVAILABLE");
        Assert.Equal(2, Server.CountOf(url));
    }

    [Fact]
    public async Task A_connection_that_drops_is_made_again()
    {
        using var user = await Deployment.CreateUserAsync();
        var clip = await SourceClips.TinyAsync();
        var requests = 0;
        var url = Server.Serve(exchange => Interlocked.Increment(ref requests) == 1
            ? FileServer.SendAsync(exchange, File.OpenRead(clip), most: 20_000, then: ResetAsync)
            : FileServer.SendAsync(exchange, File.OpenRead(clip)));

        var (videoId, jobId) = await user.SubmitUrlAsync(url);

        Assert.Equal(2, (await user.WaitForJobAsync(jobId)).GetProperty("attempts").GetInt32());
        Assert.Equal(new FileInfo(clip).Length, (await user.VideoAsync(videoId)).GetProperty("sizeBytes").GetInt64());
        await Eventually.TrueAsync(async () => (await SourcesAsync(videoId)).Count == 1, () => Deployment.Log);
    }

    [Fact]
    public async Task A_page_instead_of_a_video_is_left_at_its_first_bytes()
    {
        using var user = await Deployment.CreateUserAsync();
        var sent = 0L;
        var url = Server.Serve(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n<html>"u8.ToArray());
            while (true)
            {
                await exchange.SendAsync(new byte[16 * 1024]);
                sent = exchange.BytesSent;
            }
        });

        var (videoId, jobId) = await user.SubmitUrlAsync(url);

        await user.WaitForFailureAsync(videoId, jobId, "NOT_A_VIDEO");
        Assert.InRange(sent, 0, FetchingKinora.MaxBytes / 2 * 3);
        Assert.Empty(await SourcesAsync(videoId));
    }

    [Fact]
    public async Task A_packed_answer_is_not_taken()
    {
        using var user = await Deployment.CreateUserAsync();
        var url = Server.Serve(exchange => exchange.AnswerAsync("200 OK", "packed", headers: "Content-Encoding: gzip"));

        var (videoId, jobId) = await user.SubmitUrlAsync(url);

        await user.WaitForFailureAsync(videoId, jobId, "FETCH_FAILED");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_too_large_is_cut_off(bool isPromised)
    {
        using var user = await Deployment.CreateUserAsync();
        var clip = await SourceClips.TinyAsync();
        var sent = 0L;
        var url = Server.Serve(async exchange =>
        {
            try
            {
                await FileServer.SendAsync(exchange, new PaddedClip(clip, 100 * FetchingKinora.MaxBytes), isPromised);
            }
            finally
            {
                sent = exchange.BytesSent;
            }
        });

        var (videoId, jobId) = await user.SubmitUrlAsync(url);

        await user.WaitForFailureAsync(videoId, jobId, "TOO_LARGE");
        await Eventually.TrueAsync(() => sent > 0, () => "The server was not left.");
        Assert.InRange(sent, 1, 10 * FetchingKinora.MaxBytes);
        await Eventually.TrueAsync(async () => (await SourcesAsync(videoId)).Count == 0, () => Deployment.Log);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("delete")]
    public async Task A_user_who_thinks_better_of_it_ends_the_download_at_once(string how)
    {
        using var user = await Deployment.CreateUserAsync();
        var clip = await SourceClips.ShortAsync();
        var gone = new TaskCompletionSource();
        var half = new FileInfo(clip).Length / 2;
        var url = Server.Serve(async exchange =>
        {
            try
            {
                await FileServer.SendAsync(exchange, File.OpenRead(clip), most: half, then: DripForEverAsync);
            }
            finally
            {
                gone.TrySetResult();
            }
        });
        var (videoId, jobId) = await user.SubmitUrlAsync(url);
        await user.WaitAsync(() => user.JobAsync(jobId), job => job.GetProperty("progress").GetInt32() is > 40 and < 60);
        var explanation = await user.GetAsync($"/v1/videos/{videoId}/explain");
        Assert.Equal("RUNNING", explanation.Text("code"));
        Assert.Contains("fetched", explanation.Text("message"));
        Assert.Equal("FETCHING", (await user.VideoAsync(videoId)).Text("status"));

        using var ended = how == "cancel" ? await user.PostAsync($"/v1/jobs/{jobId}/cancel") : await user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);

        Assert.True(ended.IsSuccessStatusCode);
        await gone.Task.WaitAsync(KinoraClient.Patience, Cancellation);
        Assert.Equal("CANCELED", (await user.JobAsync(jobId)).Text("status"));
        if (how == "cancel")
        {
            Assert.Equal("FETCH_CANCELED", (await user.VideoAsync(videoId)).GetProperty("error").Text("code"));
            Assert.Equal("CANCELED", (await user.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));
            using var retry = await user.PostAsync($"/v1/jobs/{jobId}/retry");
            await retry.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        }

        await ShouldBeForgottenAsync(videoId);
        await Eventually.TrueAsync(async () => (await SourcesAsync(videoId)).Count == 0, () => Deployment.Log);
    }

    private static Task ResetAsync(HttpStubExchange exchange)
    {
        exchange.Reset();
        return Task.CompletedTask;
    }

    private static Task DripAsync(HttpStubExchange exchange) => DripAsync(exchange, 1);

    /// <summary>Fast enough to be no stall.</summary>
    private static Task DripForEverAsync(HttpStubExchange exchange) => DripAsync(exchange, 1024);

    private static async Task DripAsync(HttpStubExchange exchange, int bytes)
    {
        while (true)
        {
            await exchange.SendAsync(new byte[bytes]);
            await Task.Delay(50, exchange.Stopped);
        }
    }

    private async Task ShouldBeForgottenAsync(Guid videoId)
    {
        Assert.Equal(0, await Deployment.QueryAsync<long>($"SELECT count(fetch_url) FROM videos WHERE id = '{videoId}'"));
        Assert.DoesNotContain("secret", Deployment.Log, StringComparison.Ordinal);
    }

    private async Task<List<string>> SourcesAsync(Guid videoId) =>
        [.. (await Deployment.ListObjectsAsync(videoId)).Where(key => key.StartsWith("sources/", StringComparison.Ordinal))];
}
