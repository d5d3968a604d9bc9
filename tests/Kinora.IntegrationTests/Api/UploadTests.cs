using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Queues;
using Microsoft.EntityFrameworkCore;

namespace Kinora.IntegrationTests.Api;

/// <summary>Forms, names and bytes that clients send.</summary>
public sealed class UploadTests(ApiFixture fixture, RecordedApi recorded) : UploadTest(fixture, recorded)
{
    public static TheoryData<string> MalformedForms =>
    [
        "no part", "no file part", "two files", "wrong name", "no boundary", "boundary of 71 characters", "unterminated", "cut in a header",
        "10,000 parts", "1 MB of headers", "title of 201 characters", "empty title", "title with NUL", "title that is no UTF-8", "two titles",
        "title of 5,000 bytes", "transcode maybe", "empty transcode", "empty file", "no disposition", "not a form", "line break in a name", "fields only after a bad file",
    ];

    [Fact]
    public async Task An_upload_becomes_a_video_with_an_analysis()
    {
        var bytes = UploadBody.Mp4(600 * 1024);

        using var response = await PostAsync(new UploadBody().File(bytes, "a walk.mp4", "text/plain").Field("title", "  Ein Spaziergang 🐕 ").Field("transcode", "true"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var videoId = answer.GetProperty("videoId").GetGuid();
        Assert.Equal($"/v1/videos/{videoId}", response.Headers.Location?.OriginalString);
        var video = await Client.GetFromJsonAsync<JsonElement>(response.Headers.Location, Cancellation);
        Assert.Equal("UPLOADED", video.GetProperty("status").GetString());
        Assert.Equal("video/mp4", video.GetProperty("contentType").GetString());
        Assert.Equal("a walk.mp4", video.GetProperty("originalFilename").GetString());
        Assert.Equal("  Ein Spaziergang 🐕 ", video.GetProperty("title").GetString());
        Assert.Equal(bytes.Length, video.GetProperty("sizeBytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, video.GetProperty("durationMs").ValueKind);
        Assert.EndsWith("Z", video.GetProperty("createdAt").GetString(), StringComparison.Ordinal);
        var job = await Client.GetFromJsonAsync<JsonElement>($"/v1/jobs/{answer.GetProperty("analyzeJobId").GetGuid()}", Cancellation);
        Assert.Equal("ANALYZE", job.GetProperty("type").GetString());
        Assert.Equal(videoId, job.GetProperty("videoId").GetGuid());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(Recorded.ObjectsDir, ObjectKey.Source(videoId)), Cancellation));
        AssertSpoolIsEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fields_may_come_before_or_after_the_file(bool before)
    {
        var form = before
            ? new UploadBody().Field("title", "x").Field("transcode", "false").File(UploadBody.Mp4())
            : new UploadBody().File(UploadBody.Mp4()).Field("transcode", "false").Field("title", "x");

        using var response = await PostAsync(form);

        Assert.Equal("x", (await ReadVideoAsync(response)).GetProperty("title").GetString());
    }

    [Theory]
    [MemberData(nameof(MalformedForms))]
    public async Task A_malformed_form_is_invalid_and_leaves_nothing(string kind)
    {
        using var response = await Client.PostAsync("/v1/videos", Malformed(kind), Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_title_may_have_200_characters_outside_of_the_basic_plane()
    {
        var title = string.Concat(Enumerable.Repeat("🐕", 200));

        using var response = await PostAsync(new UploadBody().File(UploadBody.Mp4()).Field("title", title));

        Assert.Equal(title, (await ReadVideoAsync(response)).GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("../../etc/x.mp4", "x.mp4", "x")]
    [InlineData("C:\\dir\\x.mov", "x.mov", "x")]
    [InlineData("..", "video", "video")]
    [InlineData(".mp4", ".mp4", ".mp4")]
    [InlineData("", "video", "video")]
    [InlineData("-i", "-i", "-i")]
    [InlineData(";rm -rf.mp4", ";rm -rf.mp4", ";rm -rf")]
    [InlineData("%n%s%00.mp4", "%n%s%00.mp4", "%n%s%00")]
    [InlineData("a\u202Egpm.mp4", "agpm.mp4", "agpm")]
    [InlineData("a\u0000\u0007\u001b[31mb.mp4", "a[31mb.mp4", "a[31mb")]
    [InlineData("😀.mp4", "😀.mp4", "😀")]
    [InlineData("<script>alert(1)</script>", "script>", "script>")]
    public async Task A_hostile_file_name_is_shown_cleaned(string sent, string shown, string title)
    {
        using var response = await PostAsync(new UploadBody().File(UploadBody.Mp4(), sent));

        var video = await ReadVideoAsync(response);
        Assert.Equal(shown, video.GetProperty("originalFilename").GetString());
        Assert.Equal(title, video.GetProperty("title").GetString());
        Assert.All(Recorded.Store.Calls, call => Assert.Matches("^(put|get|head) (sources|derivatives)/[0-9a-f-]{36}/[0-9a-z./-]+$", call));
    }

    [Fact]
    public async Task A_long_file_name_is_cut()
    {
        using var response = await PostAsync(new UploadBody().File(UploadBody.Mp4(), new string('x', 300) + ".mp4"));

        var video = await ReadVideoAsync(response);
        Assert.Equal(new string('x', 255), video.GetProperty("originalFilename").GetString());
        Assert.Equal(new string('x', 200), video.GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_quote_or_a_line_break_in_a_file_name_and_an_extended_name_are_read()
    {
        using var quoted = await PostAsync(new UploadBody().File(UploadBody.Mp4(), "my \\\"best\\\" walk.mp4"));
        using var broken = await PostAsync(new UploadBody().Part(
            "Content-Disposition: form-data; name=\"file\"; filename=\"x.mp4\"; filename*=UTF-8''a%0d%0aSet-Cookie%3a%20x%3d1.mp4", UploadBody.Mp4()));
        using var escaped = await PostAsync(new UploadBody().File(UploadBody.Mp4(), "a%0D%0ASet-Cookie: x=1.mp4"));
        using var extended = await PostAsync(new UploadBody().Part(
            "Content-Disposition: form-data; name=\"file\"; filename=\"x.mp4\"; filename*=UTF-8''%e2%82%ac%20walk.mp4", UploadBody.Mp4()));

        Assert.Equal("my \"best\" walk.mp4", (await ReadVideoAsync(quoted)).GetProperty("originalFilename").GetString());
        Assert.Equal("aSet-Cookie: x=1.mp4", (await ReadVideoAsync(broken)).GetProperty("originalFilename").GetString());
        Assert.Equal("a%0D%0ASet-Cookie: x=1.mp4", (await ReadVideoAsync(escaped)).GetProperty("originalFilename").GetString());
        Assert.All([broken, escaped], response => Assert.False(response.Headers.Contains("Set-Cookie")));
        Assert.Equal("€ walk.mp4", (await ReadVideoAsync(extended)).GetProperty("originalFilename").GetString());
    }

    [Theory]
    [InlineData("\u0089PNG\r\n\u001a\n")]
    [InlineData("<!DOCTYPE html><script>alert(1)</script>")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("\u007fELF\u0002\u0001\u0001")]
    [InlineData("%PDF-1.7\n")]
    [InlineData("GIF89a")]
    [InlineData("\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF")]
    [InlineData("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")]
    [InlineData("ffconcat version 1.0\nfile /etc/passwd\n")]
    [InlineData("<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>")]
    [InlineData("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n")]
    [InlineData("<asx version='3.0'/>")]
    [InlineData("x")]
    public async Task What_is_no_media_is_refused_whatever_it_is_called(string head)
    {
        var bytes = Encoding.Latin1.GetBytes(head.PadRight(head.Length == 1 ? 1 : 2000, ' '));

        using var response = await PostAsync(new UploadBody().Field("title", "x").File(bytes));

        await response.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_body_that_is_neither_a_form_nor_JSON_is_unsupported()
    {
        using var content = new StringContent("title=x");

        using var response = await Client.PostAsync("/v1/videos", content, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
    }

    private static HttpContent Malformed(string kind) => kind switch
    {
        "no part" => new UploadBody().ToContent(),
        "no file part" => new UploadBody().Field("title", "x").ToContent(),
        "two files" => new UploadBody().File(UploadBody.Mp4()).File(UploadBody.Mp4()).ToContent(),
        "wrong name" => new UploadBody().File(UploadBody.Mp4(), name: "video").ToContent(),
        "no boundary" => UploadBody.ToContent(new UploadBody().File(UploadBody.Mp4()).End(), null),
        "boundary of 71 characters" => new UploadBody(new string('b', 71)).File(UploadBody.Mp4()).ToContent(),
        "unterminated" => UploadBody.ToContent(new UploadBody().File(UploadBody.Mp4()).WithoutEnd()),
        "cut in a header" => UploadBody.ToContent("--kinora-test-boundary\r\nContent-Dispo"u8.ToArray()),
        "10,000 parts" => Enumerable.Range(0, 10_000).Aggregate(new UploadBody(), (body, i) => body.Field($"f{i}", "x")).ToContent(),
        "1 MB of headers" => new UploadBody().Part("X-Long: " + new string('x', 1024 * 1024), [1]).ToContent(),
        "title of 201 characters" => new UploadBody().File(UploadBody.Mp4()).Field("title", new string('x', 201)).ToContent(),
        "empty title" => new UploadBody().File(UploadBody.Mp4()).Field("title", "").ToContent(),
        "title with NUL" => new UploadBody().File(UploadBody.Mp4()).Field("title", "a\0b").ToContent(),
        "title that is no UTF-8" => new UploadBody().File(UploadBody.Mp4()).Field("title", [0xff, 0xfe]).ToContent(),
        "two titles" => new UploadBody().Field("title", "x").Field("title", "y").File(UploadBody.Mp4()).ToContent(),
        "title of 5,000 bytes" => new UploadBody().File(UploadBody.Mp4()).Field("title", new string('x', 5000)).ToContent(),
        "transcode maybe" => new UploadBody().File(UploadBody.Mp4()).Field("transcode", "maybe").ToContent(),
        "empty transcode" => new UploadBody().File(UploadBody.Mp4()).Field("transcode", "").ToContent(),
        "empty file" => new UploadBody().File([]).ToContent(),
        "no disposition" => new UploadBody().Part("Content-Type: video/mp4", UploadBody.Mp4()).ToContent(),
        "not a form" => UploadBody.ToContent(UploadBody.Mp4()),
        "line break in a name" => new UploadBody().File(UploadBody.Mp4(), "a\r\nSet-Cookie: x=1; .mp4").ToContent(),
        "fields only after a bad file" => new UploadBody().File([]).Field("title", "x").ToContent(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    [Fact]
    public async Task A_put_that_takes_long_keeps_its_intent()
    {
        var stored = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var mayEnd = new ManualResetEventSlim();
        Recorded.Store.OnStored = key =>
        {
            stored.TrySetResult(key);
            mayEnd.Wait(Cancellation);
        };
        try
        {
            var upload = PostAsync(new UploadBody().File(UploadBody.Mp4()));
            var prefix = ObjectKey.PrefixOf(await stored.Task.WaitAsync(Eventually.Timeout, Cancellation))!;
            var first = await FindExpiryAsync(prefix);
            await Eventually.TrueAsync(async () => await FindExpiryAsync(prefix) > first, () => "it is not renewed");
            mayEnd.Set();
            using var response = await upload;
            await ReadVideoAsync(response);
        }
        finally
        {
            Recorded.Store.OnStored = _ => { };
            mayEnd.Set();
        }
    }

    private Task<DateTimeOffset> FindExpiryAsync(string prefix) => Fixture.QueryAsync(
        db => db.StorageIntents.AsNoTracking().Where(i => i.Prefix == prefix).Select(i => i.ExpiresAt).SingleAsync(Cancellation));
}
