using System.Diagnostics;
using Amazon.Runtime;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kinora.IntegrationTests.Storage;

/// <summary>What becomes of a store's faults that no real store shows on demand.</summary>
public sealed class S3FaultTests : IDisposable
{
    private const string ETag = "ETag: \"0123456789abcdef0123456789abcdef\"";
    private const string SlowDown = "<Error><Code>SlowDown</Code><Message>Slow down</Message></Error>";
    private const int PartSize = 5 * 1024 * 1024;

    private readonly TestFolder _files = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_store_that_stays_broken_is_given_up_after_the_retries()
    {
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.AnswerAsync("500 Internal Server Error", "<Error><Code>InternalError</Code></Error>");
        });
        using var store = Store(stub);

        var fault = await Assert.ThrowsAsync<StorageException>(() => PutAsync(store));

        Assert.Contains("InternalError", fault.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<AmazonServiceException>(fault.InnerException);
        Assert.Equal(3, stub.Requests.Count);
    }

    [Fact]
    public async Task A_store_that_asks_to_slow_down_is_asked_again()
    {
        var puts = 0;
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await (exchange.Method == "PUT" && ++puts <= 2
                ? exchange.AnswerAsync("503 Slow Down", SlowDown)
                : exchange.AnswerAsync("200 OK", "", exchange.Method == "HEAD" ? 4 : 0, ETag));
        });
        using var store = Store(stub);

        await PutAsync(store);

        Assert.Equal(["PUT", "PUT", "PUT", "HEAD"], stub.Requests.Select(request => request.Split(' ')[0]));
    }

    [Fact]
    public async Task A_connection_that_breaks_within_a_put_is_a_fault()
    {
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.ReadBodyAsync(atMost: 10_000);
            exchange.Reset();
        });
        using var store = Store(stub);

        await Assert.ThrowsAsync<StorageException>(
            () => store.PutBytesAsync("a", new byte[1_000_000], "text/plain", Cancellation));
    }

    [Fact]
    public async Task A_store_that_hangs_is_left_within_the_time_out()
    {
        await using var stub = new HttpStub(exchange => exchange.HangAsync());
        using var store = Store(stub, timeout: 1);
        var path = _files.Write("large", PartSize + 1);
        Func<Task>[] calls =
        [
            () => PutAsync(store),
            () => store.PutFileAsync("a", path, "text/plain", Cancellation),
            () => store.OpenReadAsync("a", 0, null, Cancellation),
            () => store.HeadAsync("a", Cancellation),
            () => store.DeleteAsync(["a"], Cancellation),
            async () => await store.ListAsync("", Cancellation).ToListAsync(Cancellation),
            () => store.PingAsync(Cancellation),
        ];

        var clock = Stopwatch.StartNew();
        await Task.WhenAll(calls.Select(call => Assert.ThrowsAsync<StorageException>(call)));

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_callers_cancellation_stays_a_cancellation()
    {
        await using var stub = new HttpStub(exchange => exchange.HangAsync());
        using var store = Store(stub);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var head = store.HeadAsync("a", cancellation.Token);
        await Eventually.TrueAsync(() => stub.Requests.Count > 0, () => "the request does not come");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => head);
    }

    [Theory]
    [InlineData("uploads")]
    [InlineData("partNumber")]
    public async Task A_store_that_hangs_in_an_upload_by_parts_holds_a_caller_who_leaves_for_seconds_only(string hangsAt)
    {
        await using var stub = new HttpStub(async exchange =>
        {
            if (exchange.Target.Contains(hangsAt, StringComparison.Ordinal) || exchange.Method == "DELETE")
            {
                await exchange.HangAsync();
            }

            await exchange.ReadBodyAsync();
            await exchange.AnswerAsync("200 OK", "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>");
        });
        using var store = Store(stub, timeout: 300);
        var path = _files.Write("large", PartSize + 1);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var put = store.PutFileAsync("a", path, "text/plain", cancellation.Token);
        await Eventually.TrueAsync(() => stub.Requests.Any(request => request.Contains(hangsAt, StringComparison.Ordinal)), () => "the request does not come");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_ends_early_is_never_a_short_object(bool withReset)
    {
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.AnswerAsync("200 OK", new string('x', 5_000), contentLength: 10_000, ETag);
            if (withReset)
            {
                exchange.Reset();
            }
        });
        using var store = Store(stub);

        await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await using var content = await store.OpenReadAsync("a", 0, null, Cancellation);
            Assert.Equal(10_000, content!.Length);
            await content.Stream.CopyToAsync(Stream.Null, Cancellation);
        });
    }

    [Fact]
    public async Task A_body_that_stops_flowing_is_left_within_the_time_out()
    {
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.AnswerAsync("200 OK", "begin", contentLength: 10_000, ETag);
            await exchange.HangAsync();
        });
        using var store = Store(stub, timeout: 1);
        await using var content = await store.OpenReadAsync("a", 0, null, Cancellation);

        await Assert.ThrowsAsync<StorageException>(() => content!.Stream.CopyToAsync(Stream.Null, Cancellation));
    }

    [Fact]
    public async Task A_body_with_another_checksum_is_a_fault()
    {
        await using var stub = new HttpStub(
            exchange => exchange.AnswerAsync("200 OK", "right", null, ETag, "x-amz-checksum-crc32: AAAAAA=="));
        using var store = Store(stub);
        await using var content = await store.OpenReadAsync("a", 0, null, Cancellation);

        await Assert.ThrowsAsync<StorageException>(() => content!.Stream.CopyToAsync(Stream.Null, Cancellation));
    }

    [Fact]
    public async Task Leaving_a_stream_early_does_not_fetch_the_rest()
    {
        var sent = new TaskCompletionSource<long>();
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.AnswerAsync("200 OK", "", contentLength: 4_000_000_000, ETag, "x-amz-checksum-crc32: AAAAAA==");
            try
            {
                for (var chunk = new byte[64 * 1024]; exchange.BytesSent < 4_000_000_000;)
                {
                    await exchange.SendAsync(chunk);
                }
            }
            finally
            {
                sent.SetResult(exchange.BytesSent);
            }
        });
        using var store = Store(stub);

        var content = await store.OpenReadAsync("a", 0, null, Cancellation);
        await content!.Stream.ReadExactlyAsync(new byte[1000], Cancellation);
        await content.DisposeAsync();

        // What the kernel and the client had buffered already.
        Assert.InRange(await sent.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation), 1000, 32_000_000);
    }

    [Theory]
    [InlineData("200 OK", "")]
    [InlineData("206 Partial Content", "Content-Range: bytes 0-4/10")]
    [InlineData("206 Partial Content", "Content-Range: bytes 5-9/100")]
    public async Task Another_range_than_asked_for_is_a_fault(string status, string header)
    {
        await using var stub = new HttpStub(exchange => exchange.AnswerAsync(status, "01234", null, header, ETag));
        using var store = Store(stub);

        await Assert.ThrowsAsync<StorageException>(() => store.OpenReadAsync("a", 5, 10, Cancellation));
    }

    [Fact]
    public async Task A_missing_bucket_is_no_missing_object()
    {
        await using var stub = new HttpStub(
            exchange => exchange.AnswerAsync("404 Not Found", "<Error><Code>NoSuchBucket</Code></Error>"));
        using var store = Store(stub);

        await Assert.ThrowsAsync<StorageException>(() => store.OpenReadAsync("a", 0, null, Cancellation));
    }

    [Fact]
    public async Task A_full_store_says_so()
    {
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.AnswerAsync("507 Insufficient Storage", "<Error><Code>XMinioStorageFull</Code></Error>");
        });
        using var store = Store(stub);

        Assert.True((await Assert.ThrowsAsync<StorageException>(() => PutAsync(store))).IsFull);
    }

    [Fact]
    public async Task A_store_that_keeps_fewer_bytes_than_it_was_sent_is_found_out()
    {
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.AnswerAsync("200 OK", "", exchange.Method == "HEAD" ? 3 : 0, ETag);
        });
        using var store = Store(stub);

        await Assert.ThrowsAsync<StorageException>(() => PutAsync(store));
    }

    [Fact]
    public async Task An_answer_that_is_none_of_S3s_is_a_fault()
    {
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.AnswerAsync("200 OK", "<html>Welcome to the hotel's network");
        });
        using var store = Store(stub);

        await Assert.ThrowsAsync<StorageException>(
            async () => await store.ListAsync("", Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData("<Error><Code>InternalError</Code><Message>We met an error</Message></Error>")]
    [InlineData("<?xml version=\"1.0\"?><Error><Code>EntityTooSmall</Code></Error>")]
    [InlineData("")]
    public async Task A_completion_that_fails_after_200_is_a_fault_and_the_parts_are_taken_back(string body)
    {
        await using var stub = Multipart(exchange => exchange.AnswerAsync("200 OK", body));
        using var store = Store(stub);

        await Assert.ThrowsAsync<StorageException>(() => PutLargeAsync(store, Cancellation));

        Assert.Contains("DELETE /bucket/a?uploadId=upload", stub.Requests);
        Assert.DoesNotContain("HEAD /bucket/a", stub.Requests);
    }

    [Fact]
    public async Task A_part_that_fails_takes_back_the_upload()
    {
        await using var stub = Multipart(
            exchange => exchange.AnswerAsync("200 OK"),
            exchange => exchange.AnswerAsync("500 Internal Server Error", "<Error><Code>InternalError</Code></Error>"));
        using var store = Store(stub);

        await Assert.ThrowsAsync<StorageException>(() => PutLargeAsync(store, Cancellation));

        Assert.Equal("DELETE /bucket/a?uploadId=upload", stub.Requests.Last());
    }

    [Fact]
    public async Task A_cancelled_upload_is_taken_back_with_a_token_of_its_own()
    {
        await using var stub = Multipart(exchange => exchange.AnswerAsync("200 OK"), exchange => exchange.HangAsync());
        using var store = Store(stub);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var put = PutLargeAsync(store, cancellation.Token);
        await Eventually.TrueAsync(() => stub.Requests.Any(request => request.Contains("partNumber", StringComparison.Ordinal)), () => "the request does not come");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        Assert.Equal("DELETE /bucket/a?uploadId=upload", stub.Requests.Last());
    }

    [Fact]
    public async Task Unfinished_uploads_come_page_by_page_and_a_page_that_leads_nowhere_is_the_last()
    {
        await using var stub = new HttpStub(exchange => exchange.AnswerAsync(
            "200 OK",
            exchange.Target.Contains("key-marker=a", StringComparison.Ordinal)
                ? Page("b", "2", "<IsTruncated>true</IsTruncated>")
                : Page("a", "1", "<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>")));
        using var store = Store(stub);

        var puts = await store.ListUnfinishedAsync(TimeProvider.System.GetUtcNow(), Cancellation).ToListAsync(Cancellation);

        Assert.Equal([("a", "1"), ("b", "2")], puts.Select(put => (put.Key, put.Id)));
        Assert.Equal(2, stub.Requests.Count);

        static string Page(string key, string id, string end) =>
            "<ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>bucket</Bucket>"
            + $"<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload>{end}</ListMultipartUploadsResult>";
    }

    private static HttpStub Multipart(Func<HttpStubExchange, Task> complete, Func<HttpStubExchange, Task>? part = null) => new(async exchange =>
    {
        await exchange.ReadBodyAsync();
        await (exchange.Method switch
        {
            "POST" when exchange.Target.EndsWith("?uploads", StringComparison.Ordinal) => exchange.AnswerAsync(
                "200 OK",
                "<InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>a</Key><UploadId>upload</UploadId></InitiateMultipartUploadResult>"),
            "POST" => complete(exchange),
            "PUT" when part is not null => part(exchange),
            "DELETE" => exchange.AnswerAsync("204 No Content"),
            _ => exchange.AnswerAsync("200 OK", "", null, ETag),
        });
    });

    private static S3ObjectStore Store(HttpStub stub, int timeout = 20) => new(
    new S3StorageOptions
    {
        Endpoint = stub.Url,
        Bucket = "bucket",
        AccessKey = "access",
        SecretKey = "secret",
        PartSizeBytes = PartSize,
        Timeout = TimeSpan.FromSeconds(timeout),
        MaxRetries = 2,
    },
    NullLogger<S3ObjectStore>.Instance);

    private static Task PutAsync(S3ObjectStore store) => store.PutBytesAsync("a", "four"u8.ToArray(), "text/plain", Cancellation);

    private Task PutLargeAsync(S3ObjectStore store, CancellationToken cancellation) =>
        store.PutFileAsync("a", _files.Write("large", (2 * PartSize) + 1), "video/mp4", cancellation);
}
