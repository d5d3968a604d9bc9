using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding.Packaging;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>From a file to a stream that plays, over any store.</summary>
public abstract class SequenceContract
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_becomes_a_video_with_its_media_info_and_a_thumbnail()
    {
        using var user = await (await DeploymentAsync()).CreateUserAsync();
        var clip = await SourceClips.ShortAsync();

        using var response = await user.SendUploadAsync(clip, ("title", "By the sea"));

        var uploaded = await user.BodyAsync(response, HttpStatusCode.Created);
        var videoId = uploaded.GetProperty("videoId").GetGuid();
        Assert.Equal($"/v1/videos/{videoId}", response.Headers.Location?.OriginalString);
        var analysis = await user.WaitForJobAsync(uploaded.GetProperty("analyzeJobId").GetGuid());
        Assert.Equal("ANALYZE", analysis.Text("type"));
        Assert.Equal(100, analysis.GetProperty("progress").GetInt32());
        var video = await user.VideoAsync(videoId);
        Assert.Equal("ANALYZED", video.Text("status"));
        Assert.Equal("By the sea", video.Text("title"));
        Assert.Equal("walk-short.mp4", video.Text("originalFilename"));
        Assert.Equal("video/mp4", video.Text("contentType"));
        Assert.Equal(new FileInfo(clip).Length, video.GetProperty("sizeBytes").GetInt64());
        Assert.InRange(video.GetProperty("durationMs").GetInt64(), 5990, 6060);
        Assert.Contains("mp4", video.Text("container"), StringComparison.Ordinal);
        Assert.Equal((640, 360, 0), (Number(video, "width"), Number(video, "height"), Number(video, "rotation")));
        Assert.Equal(25, video.GetProperty("frameRate").GetDouble());
        Assert.True(video.GetProperty("bitRate").GetInt64() > 0);
        Assert.Equal(("h264", "aac", 2), (video.Text("videoCodec"), video.Text("audioCodec"), Number(video, "audioChannels")));
        Assert.Equal(JsonValueKind.Null, video.GetProperty("error").ValueKind);
        Assert.Equal("NOT_REQUESTED", (await user.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));

        using (var early = await user.Http.GetAsync($"/v1/videos/{videoId}/playback", Cancellation))
        {
            await early.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        }

        await user.WaitForJobAsync((await user.JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid());
        await ShouldBeJpegAsync(user.Http, $"/v1/videos/{videoId}/thumbnail");
    }

    [Fact]
    public async Task The_progress_of_a_transcode_is_seen_while_it_runs()
    {
        using var user = await (await DeploymentAsync()).CreateUserAsync();

        // Some seconds of encoding, so that ffmpeg reports (twice a second) on the way.
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.MiddleAsync());
        var seen = await FollowAsync(user, await user.TranscodeAsync(videoId));

        Assert.Contains(seen, j => Number(j, "progress") is > 5 and < 100 && j.GetProperty("outTimeMs").ValueKind == JsonValueKind.Number);
    }

    [Fact]
    public async Task A_transcode_makes_a_stream_that_plays_whole()
    {
        using var user = await (await DeploymentAsync()).CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        using var planned = await user.PostAsync($"/v1/videos/{videoId}/plan");
        var plan = await user.BodyAsync(planned, HttpStatusCode.OK);
        var names = plan.GetProperty("renditions").EnumerateArray().Select(r => r.Text("name")).ToArray();
        Assert.Equal(["360p", "240p"], names);

        var seen = await FollowAsync(user, await user.TranscodeAsync(videoId));

        var progress = seen.Select(j => Number(j, "progress")).ToArray();
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(100, progress[^1]);
        Assert.Equal("READY", (await user.VideoAsync(videoId)).Text("status"));
        Assert.Equal("READY", (await user.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));
        var report = await user.GetAsync($"/v1/videos/{videoId}/verification");
        Assert.True(report.GetProperty("passed").GetBoolean());
        Assert.NotEmpty(report.GetProperty("checks").EnumerateArray());

        var playback = await user.GetAsync($"/v1/videos/{videoId}/playback");
        Assert.True(playback.GetProperty("complete").GetBoolean());
        Assert.True(playback.GetProperty("expiresAt").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
        using var player = new HttpClient();
        await ShouldBeJpegAsync(player, playback.Text("thumbnailUrl")!);
        await ShouldBeStoryboardAsync(player, new Uri(playback.Text("storyboardUrl")!));
        var frames = await Ffmpeg.DecodeAsync(playback.Text("masterUrl")!, Cancellation, "0:v");
        Assert.Equal(
            names.Select(_ => SourceClips.ShortFrames), frames.GroupBy(f => f.Stream).Select(rendition => rendition.Count()));
        var sound = await Ffmpeg.DecodeAsync(playback.Text("masterUrl")!, Cancellation, "0:a:0");
        Assert.InRange(sound[^1].Seconds, 5.8m, 6.1m);
    }

    [Fact]
    public async Task An_upload_that_asks_for_it_is_encoded_by_itself()
    {
        using var user = await (await DeploymentAsync()).CreateUserAsync();

        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync(), ("transcode", "true"));

        await user.WaitForJobAsync((await user.JobAsync(videoId, "HLS")).GetProperty("id").GetGuid());
        Assert.Equal("READY", (await user.VideoAsync(videoId)).Text("status"));
    }

    [Fact]
    public async Task Only_the_renditions_that_are_asked_for_are_made()
    {
        using var user = await (await DeploymentAsync()).CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());

        using (var unknown = await user.PostAsync($"/v1/videos/{videoId}/transcodes", new { renditions = new[] { "1080p" } }))
        {
            await unknown.ShouldBeInvalidAsync();
        }

        await user.WaitForJobAsync(await user.TranscodeAsync(videoId, new { renditions = new[] { "240p" } }));

        var master = await user.Http.GetStringAsync($"/v1/videos/{videoId}/hls/master.m3u8", Cancellation);
        Assert.Single(master.Split('\n'), line => line.StartsWith("#EXT-X-STREAM-INF:", StringComparison.Ordinal));
        Assert.Contains("RESOLUTION=426x240", master, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sound_without_pictures_is_refused()
    {
        using var user = await (await DeploymentAsync()).CreateUserAsync();
        using var folder = new TestFolder();
        var clips = new SoundClips(folder.Root);

        using var unknown = await user.SendUploadAsync(await clips.WavAsync());
        await unknown.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");

        var (videoId, jobId) = await user.UploadAsync(await clips.TwoLanguagesAsync());
        await user.WaitForJobAsync(jobId, "FAILED");
        Assert.Equal("NO_VIDEO_STREAM", (await user.VideoAsync(videoId)).GetProperty("error").Text("code"));
    }

    [Fact]
    public async Task A_video_is_renamed_and_found_by_its_new_title()
    {
        using var user = await (await DeploymentAsync()).CreateUserAsync();
        var (videoId, _) = await user.UploadAsync(await SourceClips.ShortAsync());
        var (otherId, _) = await user.UploadAsync(await SourceClips.ShortAsync());

        using var renamed = await user.Http.PatchAsJsonAsync($"/v1/videos/{videoId}", new { title = "Harbour, 100%" }, Cancellation);

        Assert.Equal("Harbour, 100%", (await user.BodyAsync(renamed, HttpStatusCode.OK)).Text("title"));
        Assert.Equal([videoId], await ListAsync(user, "?q=harbour,%20100%25"));
        Assert.Equal([otherId, videoId], await ListAsync(user, ""));
        var first = await user.GetAsync("/v1/videos?limit=1");
        Assert.Equal([videoId], await ListAsync(user, $"?limit=1&cursor={Uri.EscapeDataString(first.Text("nextCursor")!)}"));
    }

    [Fact]
    public async Task Nothing_of_a_deleted_video_is_left()
    {
        var deployment = await DeploymentAsync();
        using var user = await deployment.CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync(), ("transcode", "true"));
        await user.WaitForJobAsync((await user.JobAsync(videoId, "HLS")).GetProperty("id").GetGuid());
        var playback = await user.GetAsync($"/v1/videos/{videoId}/playback");
        var live = await user.TranscodeAsync(videoId, new { force = true });
        Assert.NotEmpty(await deployment.ListObjectsAsync(videoId));

        using var deleted = await user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        foreach (var path in (string[])["", "/jobs", "/playback", "/hls/master.m3u8", "/thumbnail", "/storyboard.vtt", "/explain", "/verification"])
        {
            Assert.Equal(HttpStatusCode.NotFound, await user.StatusOfAsync($"/v1/videos/{videoId}{path}"));
        }

        Assert.Equal(HttpStatusCode.NotFound, await user.StatusOfAsync(playback.Text("masterUrl")!));
        Assert.Equal(HttpStatusCode.NotFound, await user.StatusOfAsync(playback.Text("thumbnailUrl")!));
        Assert.Equal(HttpStatusCode.NotFound, await user.StatusOfAsync(playback.Text("storyboardUrl")!));
        Assert.Empty(await ListAsync(user, ""));
        Assert.Equal("CANCELED", (await user.JobAsync(live)).Text("status"));
        using var again = await user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        await Eventually.TrueAsync(async () => (await deployment.ListObjectsAsync(videoId)).Count == 0, () => deployment.Log);
    }

    protected abstract Task<Deployment> DeploymentAsync();

    /// <summary>The job's answers, from its start to its success.</summary>
    private static async Task<List<JsonElement>> FollowAsync(KinoraClient user, Guid jobId)
    {
        var seen = new List<JsonElement>();
        await user.WaitAsync(() => user.JobAsync(jobId), job =>
        {
            seen.Add(job);
            return job.GetProperty("finishedAt").ValueKind != JsonValueKind.Null;
        });
        Assert.Equal("SUCCEEDED", seen[^1].Text("status"));
        return seen;
    }

    private static async Task<Guid[]> ListAsync(KinoraClient user, string query) =>
        [.. (await user.GetAsync("/v1/videos" + query)).GetProperty("items").EnumerateArray().Select(v => v.GetProperty("id").GetGuid())];

    private static async Task ShouldBeJpegAsync(HttpClient http, string url)
    {
        using var response = await http.GetAsync(url, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType?.MediaType);
        var bytes = await response.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.Equal([0xFF, 0xD8], bytes[..2]);
        Assert.Equal([0xFF, 0xD9], bytes[^2..]);
    }

    /// <summary>Of the short clip: a cue each two seconds to its end, and one sprite that they all name.</summary>
    private static async Task ShouldBeStoryboardAsync(HttpClient http, Uri uri)
    {
        var text = await http.GetStringAsync(uri, Cancellation);
        var lines = text.Split('\n');
        Assert.Equal("WEBVTT", lines[0]);
        Assert.StartsWith("00:00:00.000 --> 00:00:02.000\nstoryboard-", text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..], StringComparison.Ordinal);
        var cues = lines.Where(line => line.Contains("#xywh=", StringComparison.Ordinal)).Select(line => line.Split("#xywh=")).ToArray();
        Assert.Equal(["0,0,160,90", "160,0,160,90", "320,0,160,90"], cues.Select(cue => cue[1]).Take(3));
        await ShouldBeJpegAsync(http, new Uri(uri, Assert.Single(cues.Select(cue => cue[0]).Distinct())).AbsoluteUri);
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
