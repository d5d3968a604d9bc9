using System.Net;
using System.Net.Sockets;
using System.Text;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.IntegrationTests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.IntegrationTests.Api;

/// <summary>Bodies that are too large or cut off, and stores that fail.</summary>
public sealed class UploadFaultTests(ApiFixture fixture, RecordedApi recorded) : UploadTest(fixture, recorded)
{
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

        // Who has ended its side counts as gone: Kestrel answers nobody.
        Assert.Empty(answer);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_body_that_is_longer_than_declared_is_cut_there()
    {
        var body = new UploadBody().File(UploadBody.Mp4(100_000)).End();

        var answer = await SendRawAsync(Head("Content-Length: 50000"), [body]);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("VALIDATION_ERROR", answer, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task AClient_that_goes_away_leaves_nothing()
    {
        var body = new UploadBody().File(UploadBody.Mp4(900_000)).End();
        using (var client = await ConnectAsync())
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Head($"Content-Length: {body.Length}")), Cancellation);
            await client.GetStream().WriteAsync(body.AsMemory(0, 500_000), Cancellation);
            await UntilAsync(() => Directory.EnumerateFiles(Recorded.TmpDir).Any());
            client.Client.LingerState = new LingerOption(true, 0);
        }

        await UntilAsync(() => !Directory.EnumerateFiles(Recorded.TmpDir).Any());
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Nobody_uploads_without_a_token()
    {
        using var client = ApiFixture.CreateClient(Recorded.Api);

        using var response = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task A_store_that_fails_after_the_bytes_came_leaves_no_video_and_the_bytes_to_the_collector()
    {
        Recorded.Store.OnStored = _ => throw new StorageException("The answer was lost.");
        using var response = await PostAsync(new UploadBody().File(UploadBody.Mp4()));
        Recorded.Store.OnStored = _ => { };

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(0, await CountVideosAsync());
        AssertSpoolIsEmpty();
        var key = Recorded.Store.Calls.Last()["put ".Length..];
        var prefix = key[..(key.LastIndexOf('/') + 1)];
        Assert.Equal(IntentState.Doomed, (await FindIntentAsync(prefix))?.State);
        Assert.True(File.Exists(Path.Combine(Recorded.ObjectsDir, key)));
        var sweeper = new PrefixSweeper(
            Recorded.Api.Services.GetRequiredService<NpgsqlDataSource>(),
            Recorded.Store,
            Options.Create(new CollectorOptions { SweepAgain = [] }),
            NullLogger<PrefixSweeper>.Instance);
        await sweeper.RunAsync(Cancellation);
        Assert.Null(await FindIntentAsync(prefix));
        Assert.False(File.Exists(Path.Combine(Recorded.ObjectsDir, key)));
    }

    [Fact]
    public async Task A_store_whose_folder_is_a_file_is_unavailable()
    {
        using var folder = new TestFolder();
        await using var api = await Fixture.StartApiAsync(
            $"--Kinora:Uploads:TmpDir={folder.Path("uploads")}", $"--Kinora:Storage:Folder:Path={folder.Path("objects")}");
        folder.Write("objects", 1);
        using var client = ApiFixture.CreateClient(api, User);

        using var response = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(0, await CountVideosAsync());
        Assert.Empty(Directory.EnumerateFiles(folder.Path("uploads")));
    }

    [Fact]
    public async Task A_spool_that_cannot_be_written_is_unavailable_and_not_theClients_fault()
    {
        using var folder = new TestFolder();
        await using var api = await Fixture.StartApiAsync($"--Kinora:Uploads:TmpDir={folder.Path("uploads")}");
        using var client = ApiFixture.CreateClient(api, User);
        using var first = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);
        Directory.Delete(folder.Path("uploads"));

        using var response = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_is_unavailable()
    {
        using var folder = new TestFolder();
        await using var api = await Fixture.StartApiAsync(
            $"--Kinora:Uploads:TmpDir={folder.Path("uploads")}", $"--Kinora:Uploads:MinFreeBytes={long.MaxValue}");
        using var client = ApiFixture.CreateClient(api, User);

        using var response = await client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4()).ToContent(), Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(0, await CountVideosAsync());
    }

    private Task<StorageIntent?> FindIntentAsync(string prefix) =>
        Fixture.QueryAsync(db => db.StorageIntents.AsNoTracking().FirstOrDefaultAsync(i => i.Prefix == prefix, Cancellation));

    private string Head(params string[] headers) =>
        $"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {User.AccessToken}\r\n"
        + $"Content-Type: multipart/form-data; boundary=kinora-test-boundary\r\n{string.Join("\r\n", headers)}\r\n\r\n";

    private static byte[] Chunk(byte[] bytes) => [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8];

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Recorded.Api.Address.Host, Recorded.Api.Address.Port, Cancellation);
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
