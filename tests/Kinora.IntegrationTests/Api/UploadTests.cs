using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Kinora.Core.Infra.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.IntegrationTests.Api;

public sealed class UploadTests(ApiFixture fixture, RecordedApi upload) : IClassFixture<RecordedApi>, IAsyncLifetime
{
    private ApiUser _user = null!;
    private HttpClient _client = null!;
    private int _callsBefore;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> MalformedForms =>
    [
        "no part", "no file part", "two files", "wrong name", "no boundary", "boundary of 71 characters", "unterminated", "cut in a header",
        "10,000 parts", "1 MB of headers", "title of 201 characters", "empty title", "title with NUL", "title that is no UTF-8", "two titles",
        "title of 5,000 bytes", "transcode maybe", "empty transcode", "empty file", "no disposition", "not a form", "fields only after a bad file",
    ];

    public async ValueTask InitializeAsync()
    {
        _user = await fixture.CreateUserAsync();
        _client = ApiFixture.CreateClient(upload.Api, _user);
        _callsBefore = upload.Store.Calls.Count;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _user.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_upload_becomes_a_video_with_an_analysis()
    {
        var bytes = UploadBody.Mp4(600 * 1024);

        using var response = await PostAsync(new UploadBody().File(bytes, "a walk.mp4", "text/plain").Field("title", "  Ein Spaziergang 🐕 ").Field("transcode", "true"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var videoId = answer.GetProperty("videoId").GetGuid();
        Assert.Equal($"/v1/videos/{videoId}", response.Headers.Location?.OriginalString);
        var video = await _client.GetFromJsonAsync<JsonElement>(response.Headers.Location, Cancellation);
        Assert.Equal("UPLOADED", video.GetProperty("status").GetString());
        Assert.Equal("video/mp4", video.GetProperty("contentType").GetString());
        Assert.Equal("a walk.mp4", video.GetProperty("originalFilename").GetString());
        Assert.Equal("  Ein Spaziergang 🐕 ", video.GetProperty("title").GetString());
        Assert.Equal(bytes.Length, video.GetProperty("sizeBytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, video.GetProperty("durationMs").ValueKind);
        Assert.EndsWith("Z", video.GetProperty("createdAt").GetString(), StringComparison.Ordinal);
        var job = await _client.GetFromJsonAsync<JsonElement>($"/v1/jobs/{answer.GetProperty("analyzeJobId").GetGuid()}", Cancellation);
        Assert.Equal("ANALYZE", job.GetProperty("type").GetString());
        Assert.Equal(videoId, job.GetProperty("videoId").GetGuid());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(upload.ObjectsDir, ObjectKey.Source(videoId)), Cancellation));
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
        using var response = await _client.PostAsync("/v1/videos", Malformed(kind), Cancellation);

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
        Assert.All(upload.Store.Calls, call => Assert.Matches("^(put|get|head) (sources|derivatives)/[0-9a-f-]{36}/[0-9a-z./-]+$", call));
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
    public async Task A_quote_in_a_file_name_and_an_extended_name_are_read()
    {
        using var quoted = await PostAsync(new UploadBody().File(UploadBody.Mp4(), "my \\\"best\\\" walk.mp4"));
        using var extended = await PostAsync(new UploadBody().Part(
            "Content-Disposition: form-data; name=\"file\"; filename=\"x.mp4\"; filename*=UTF-8''%e2%82%ac%20walk.mp4", UploadBody.Mp4()));

        Assert.Equal("my \"best\" walk.mp4", (await ReadVideoAsync(quoted)).GetProperty("originalFilename").GetString());
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
    public async Task A_body_that_is_no_form_is_unsupported()
    {
        using var response = await _client.PostAsJsonAsync("/v1/videos", new { title = "x" }, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Fact]
    public async Task A_body_declared_too_large_is_refused_before_it_is_read()
    {
        var answer = await SendRawAsync(Head("Content-Length: 21474836480", "Expect: 100-continue"), []);

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("PAYLOAD_TOO_LARGE", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("100 Continue", answer, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_file_larger_than_the_limit_within_the_margin_of_the_form_is_too_large()
    {
        using var response = await PostAsync(new UploadBody().File(UploadBody.Mp4(RecordedApi.MaxBytes + 1)));

        await response.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_file_of_exactly_the_limit_is_taken()
    {
        using var response = await PostAsync(new UploadBody().File(UploadBody.Mp4(RecordedApi.MaxBytes)));

        Assert.Equal(RecordedApi.MaxBytes, (await ReadVideoAsync(response)).GetProperty("sizeBytes").GetInt64());
    }

    [Fact]
    public async Task A_chunked_body_that_grows_too_large_is_cut_off()
    {
        var start = new UploadBody().File(UploadBody.Mp4()).WithoutEnd()[..^2];
        var megabyte = new byte[1024 * 1024];

        var answer = await SendRawAsync(Head("Transfer-Encoding: chunked"), [Chunk(start), .. Enumerable.Repeat(Chunk(megabyte), 1000)]);

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("PAYLOAD_TOO_LARGE", answer, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_body_that_ends_before_its_length_leaves_nothing()
    {
        var body = new UploadBody().File(UploadBody.Mp4(100_000)).End();

        var answer = await SendRawAsync(Head($"Content-Length: {body.Length}"), [body[..50_000]], endsSending: true);

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), answer);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_body_that_is_longer_than_declared_is_cut_there()
    {
        var body = new UploadBody().File(UploadBody.Mp4(100_000)).End();

        var answer = await SendRawAsync(Head("Content-Length: 50000"), [body]);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_nothing()
    {
        var body = new UploadBody().File(UploadBody.Mp4(900_000)).End();
        using (var client = await ConnectAsync())
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Head($"Content-Length: {body.Length}")), Cancellation);
            await client.GetStream().WriteAsync(body.AsMemory(0, 500_000), Cancellation);
            await UntilAsync(() => Directory.EnumerateFiles(upload.TmpDir).Any());
            client.Client.LingerState = new LingerOption(true, 0);
        }

        await UntilAsync(() => !Directory.EnumerateFiles(upload.TmpDir).Any());
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Nobody_uploads_without_a_token()
    {
        using var client = ApiFixture.CreateClient(upload.Api);

        using var response = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_store_that_fails_after_the_bytes_came_leaves_no_video_and_the_bytes_to_the_collector()
    {
        upload.Store.OnStored = _ => throw new StorageException("The answer was lost.");
        using var response = await PostAsync(new UploadBody().File(UploadBody.Mp4()));
        upload.Store.OnStored = _ => { };

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(0, await CountVideosAsync());
        AssertSpoolIsEmpty();
        var key = upload.Store.Calls.Last()["put ".Length..];
        var prefix = key[..(key.LastIndexOf('/') + 1)];
        Assert.Equal(IntentState.Doomed, (await FindIntentAsync(prefix))?.State);
        Assert.True(File.Exists(Path.Combine(upload.ObjectsDir, key)));
        using var collector = new Collector(
            upload.Api.Services.GetRequiredService<NpgsqlDataSource>(),
            upload.Store,
            Options.Create(new CollectorOptions { Interval = TimeSpan.FromMilliseconds(100) }),
            NullLogger<Collector>.Instance);
        await collector.StartAsync(Cancellation);
        await UntilAsync(async () => await FindIntentAsync(prefix) is null);
        await collector.StopAsync(Cancellation);
        Assert.False(File.Exists(Path.Combine(upload.ObjectsDir, key)));
    }

    [Fact]
    public async Task A_store_whose_folder_is_a_file_is_unavailable()
    {
        using var folder = new Servers.TestFolder();
        await using var api = await fixture.StartApiAsync(
            $"--Kinora:Uploads:TmpDir={folder.Path("uploads")}", $"--Kinora:Storage:Folder:Path={folder.Path("objects")}");
        folder.Write("objects", 1);
        using var client = ApiFixture.CreateClient(api, _user);

        using var response = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(0, await CountVideosAsync());
        Assert.Empty(Directory.EnumerateFiles(folder.Path("uploads")));
    }

    [Fact]
    public async Task A_spool_that_cannot_be_written_is_unavailable_and_not_the_clients_fault()
    {
        using var folder = new Servers.TestFolder();
        await using var api = await fixture.StartApiAsync($"--Kinora:Uploads:TmpDir={folder.Path("uploads")}");
        using var client = ApiFixture.CreateClient(api, _user);
        using var first = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);
        Directory.Delete(folder.Path("uploads"));

        using var response = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_is_unavailable()
    {
        using var folder = new Servers.TestFolder();
        await using var api = await fixture.StartApiAsync(
            $"--Kinora:Uploads:TmpDir={folder.Path("uploads")}", $"--Kinora:Uploads:MinFreeBytes={long.MaxValue}");
        using var client = ApiFixture.CreateClient(api, _user);

        using var response = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(0, await CountVideosAsync());
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
        "fields only after a bad file" => new UploadBody().File([]).Field("title", "x").ToContent(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private Task<HttpResponseMessage> PostAsync(UploadBody body) => _client.PostAsync("/v1/videos", body.ToContent(), Cancellation);

    private async Task<JsonElement> ReadVideoAsync(HttpResponseMessage response)
    {
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Cancellation));
        AssertSpoolIsEmpty();
        return await _client.GetFromJsonAsync<JsonElement>(response.Headers.Location, Cancellation);
    }

    private async Task AssertNothingIsLeftAsync()
    {
        AssertSpoolIsEmpty();
        Assert.Equal(_callsBefore, upload.Store.Calls.Count);
        Assert.Equal(0, await CountVideosAsync());
    }

    private void AssertSpoolIsEmpty() => Assert.Empty(Directory.EnumerateFileSystemEntries(upload.TmpDir));

    private Task<int> CountVideosAsync() => fixture.QueryAsync(db => db.Videos.CountAsync(v => v.OwnerId == _user.Id, Cancellation));

    private Task<StorageIntent?> FindIntentAsync(string prefix) =>
        fixture.QueryAsync(db => db.StorageIntents.AsNoTracking().FirstOrDefaultAsync(i => i.Prefix == prefix, Cancellation));

    private string Head(params string[] headers) =>
        $"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_user.AccessToken}\r\n"
        + $"Content-Type: multipart/form-data; boundary=kinora-test-boundary\r\n{string.Join("\r\n", headers)}\r\n\r\n";

    private static byte[] Chunk(byte[] bytes) => [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8];

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(upload.Api.Address.Host, upload.Api.Address.Port, Cancellation);
        return client;
    }

    /// <summary>Sends until all is sent or the server will have no more; the answer until the server closes, or has said all.</summary>
    private async Task<string> SendRawAsync(string head, IEnumerable<byte[]> body, bool endsSending = false)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        var reading = ReadAnswerAsync(stream, timeout.Token);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), timeout.Token);
            foreach (var piece in body)
            {
                await stream.WriteAsync(piece, timeout.Token);
            }

            if (endsSending)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (IOException)
        {
            // It has answered and closed the connection.
        }

        return await reading;
    }

    private static async Task<string> ReadAnswerAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var answer = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
                if (answer.ToString().EndsWith('}'))
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // Closed with bytes of ours unread.
        }

        return answer.ToString();
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
