using System.Diagnostics;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>Each fault of the proxy, as a plain client sees it; the store behind is a real one.</summary>
public sealed class S3FaultProxyTests(SwiftServer swift) : IAsyncLifetime
{
    private const int MiB = 1024 * 1024;
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i % 251))];
    private S3StorageOptions _direct = null!;
    private S3FaultProxy _proxy = null!;
    private AmazonS3Client _s3 = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _direct = await swift.BucketAsync("faults");
        _proxy = S3FaultProxy.Start(_direct.Endpoint!);
        _s3 = Client(_proxy.Url);
        _http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var store = new S3ObjectStore(_direct, NullLogger<S3ObjectStore>.Instance);
        await store.PutBytesAsync("known", Content, "text/plain", Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        _s3?.Dispose();
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_a_fault_a_store_works_as_ever()
    {
        using var store = new S3ObjectStore(Through(5 * MiB), NullLogger<S3ObjectStore>.Instance);
        using var files = new TestFolder();
        var path = files.Write("large", (11 * MiB) + 1);

        await store.PutFileAsync("large", path, "video/mp4", Cancellation);

        await using var large = (await store.OpenReadAsync("large", 0, null, Cancellation))!;
        using var read = new MemoryStream();
        await large.Stream.CopyToAsync(read, Cancellation);
        Assert.Equal(await File.ReadAllBytesAsync(path, Cancellation), read.ToArray());
        Assert.Contains("large", await store.ListAsync("", Cancellation).Select(i => i.Key).ToListAsync(Cancellation));
        await store.DeleteAsync(["large"], Cancellation);
        Assert.Null(await store.HeadAsync("large", Cancellation));
    }

    [Theory]
    [InlineData(S3FaultKind.InternalError, "InternalError")]
    [InlineData(S3FaultKind.SlowDown, "SlowDown")]
    [InlineData(S3FaultKind.Denied, "AccessDenied")]
    [InlineData(S3FaultKind.Missing, "NoSuchKey")]
    public async Task A_code_is_answered_once(S3FaultKind kind, string code)
    {
        var fault = Inject(new S3Fault(kind, S3Operation.Get) { AtMost = 1 });

        var error = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => _s3.GetObjectAsync(_direct.Bucket, "known", Cancellation));

        Assert.Equal(code, error.ErrorCode);
        Assert.Equal(1, fault.Fired);
        Assert.Equal(Content, await ReadAsync());
    }

    [Fact]
    public async Task The_nth_call_is_struck_and_no_other()
    {
        var fault = Inject(new S3Fault(S3FaultKind.SlowDown, S3Operation.Get) { From = 2, AtMost = 1 });
        var answers = new List<bool>();
        for (var i = 0; i < 4; i++)
        {
            await _s3.GetObjectMetadataAsync(_direct.Bucket, "known", Cancellation);
            answers.Add(await Record.ExceptionAsync(ReadAsync) is null);
        }

        Assert.Equal([true, false, true, true], answers);
        Assert.Equal(1, fault.Fired);
    }

    [Fact]
    public async Task No_answer_is_none_at_all()
    {
        var fault = Inject(new S3Fault(S3FaultKind.NoAnswer, S3Operation.List, S3Operation.Bucket));
        await Assert.ThrowsAsync<TaskCanceledException>(() => _http.GetAsync($"{_proxy.Url}/{_direct.Bucket}", Cancellation));
        Assert.Equal(1, fault.Fired);
    }

    [Fact]
    public async Task A_slow_body_comes_at_a_kilobyte_a_second()
    {
        using var small = await _s3.GetObjectAsync(new GetObjectRequest { BucketName = _direct.Bucket, Key = "known", ByteRange = new ByteRange(0, 0) }, Cancellation);
        var fault = Inject(new S3Fault(S3FaultKind.SlowBody, S3Operation.Get));
        var started = Stopwatch.GetTimestamp();
        using var slow = await _s3.GetObjectAsync(new GetObjectRequest { BucketName = _direct.Bucket, Key = "known", ByteRange = new ByteRange(0, 1023) }, Cancellation);
        using var read = new MemoryStream();
        await slow.ResponseStream.CopyToAsync(read, Cancellation);

        Assert.Equal(1024, read.Length);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(10));
        Assert.Equal(1, fault.Fired);
    }

    [Theory]
    [InlineData(S3FaultKind.TruncatedAnswer)]
    [InlineData(S3FaultKind.ResetInAnswer)]
    public async Task An_answer_that_breaks_off_is_seen_to(S3FaultKind kind)
    {
        var fault = Inject(new S3Fault(kind, S3Operation.Get) { AtMost = 1 });

        await Assert.ThrowsAnyAsync<Exception>(ReadAsync);

        Assert.Equal(1, fault.Fired);
        Assert.Equal(Content, await ReadAsync());
    }

    [Fact]
    public async Task A_wrong_length_makes_half_of_an_object_look_whole()
    {
        var fault = Inject(new S3Fault(S3FaultKind.WrongLength, S3Operation.Get, S3Operation.Head));
        Assert.Equal(Content.Length / 2, (await _s3.GetObjectMetadataAsync(_direct.Bucket, "known", Cancellation)).ContentLength);
        Assert.Equal(Content[..(Content.Length / 2)], await _http.GetByteArrayAsync(await PresignedAsync("known", HttpVerb.GET), Cancellation));
        Assert.Equal(2, fault.Fired);
    }

    [Fact]
    public async Task A_flipped_byte_is_one_byte()
    {
        var fault = Inject(new S3Fault(S3FaultKind.FlippedAnswer, S3Operation.Get));
        var read = await _http.GetByteArrayAsync(await PresignedAsync("known", HttpVerb.GET), Cancellation);
        Assert.Equal(Content.Length, read.Length);
        Assert.Single(Content.Zip(read), pair => pair.First != pair.Second);
        Assert.Equal(1, fault.Fired);
    }

    [Fact]
    public async Task A_flipped_byte_of_a_put_is_stored_where_nobody_signs_the_body()
    {
        var fault = Inject(new S3Fault(S3FaultKind.FlippedRequest, S3Operation.Put));
        using (var put = new HttpRequestMessage(HttpMethod.Put, await PresignedAsync("flipped", HttpVerb.PUT)) { Content = new ByteArrayContent(Content) })
        using (var answer = await _http.SendAsync(put, Cancellation))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Single(Content.Zip(await ReadAsync("flipped")), pair => pair.First != pair.Second);
        Assert.Equal(1, fault.Fired);
    }

    [Fact]
    public async Task A_put_that_is_reset_in_its_middle_stores_nothing()
    {
        var fault = Inject(new S3Fault(S3FaultKind.ResetInRequest, S3Operation.Put));
        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync("reset"));
        // The SDK tries again after a reset, whatever it was told.
        Assert.True(fault.Fired >= 1);
        await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => _s3.GetObjectMetadataAsync(_direct.Bucket, "reset", Cancellation));
    }

    [Fact]
    public async Task An_operation_whose_answer_is_lost_was_done()
    {
        var fault = Inject(new S3Fault(S3FaultKind.LostAnswer, S3Operation.Put, S3Operation.Delete));
        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync("lost"));
        Assert.Equal(Content, await ReadAsync("lost"));
        await Assert.ThrowsAnyAsync<Exception>(() => _s3.DeleteObjectAsync(_direct.Bucket, "lost", Cancellation));
        await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => ReadAsync("lost"));
        Assert.True(fault.Fired >= 2);
    }

    [Fact]
    public async Task A_completion_that_answers_200_may_be_an_error()
    {
        var begun = await _s3.InitiateMultipartUploadAsync(_direct.Bucket, "parts", Cancellation);
        using var part = new MemoryStream(Content);
        var sent = await _s3.UploadPartAsync(
            new UploadPartRequest { BucketName = _direct.Bucket, Key = "parts", UploadId = begun.UploadId, PartNumber = 1, InputStream = part, UseChunkEncoding = _direct.UseChunkEncoding },
            Cancellation);
        var complete = new CompleteMultipartUploadRequest { BucketName = _direct.Bucket, Key = "parts", UploadId = begun.UploadId };
        complete.AddPartETags(sent);
        var fault = Inject(new S3Fault(S3FaultKind.ErrorIn200, S3Operation.Complete) { AtMost = 1 });

        await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => _s3.CompleteMultipartUploadAsync(complete, Cancellation));

        Assert.Equal(1, fault.Fired);
        await _s3.CompleteMultipartUploadAsync(complete, Cancellation);
        Assert.Equal(Content, await ReadAsync("parts"));
    }

    [Fact]
    public async Task Nobody_listens_for_a_second()
    {
        var fault = Inject(new S3Fault(S3FaultKind.Refused, S3Operation.Get) { AtMost = 5 });
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Assert.ThrowsAsync<HttpRequestException>(
            () => _http.GetAsync($"{_proxy.Url}/{_direct.Bucket}/known", Cancellation))));
        Assert.InRange(fault.Fired, 1, 5);
        Inject(new S3Fault(S3FaultKind.Refused));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync(_proxy.Url, Cancellation));
        Assert.Equal(HttpRequestError.ConnectionError, refused.HttpRequestError);
        await Queues.Eventually.TrueAsync(async () => await Record.ExceptionAsync(ReadAsync) is null, () => "nobody listens again");
    }

    [Fact]
    public async Task Garbage_is_no_http()
    {
        var fault = Inject(new S3Fault(S3FaultKind.Garbage, S3Operation.Get) { AtMost = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync($"{_proxy.Url}/{_direct.Bucket}/known", Cancellation));
        Assert.Equal(1, fault.Fired);
    }

    private S3Fault Inject(S3Fault fault)
    {
        _proxy.Inject(fault);
        return fault;
    }

    private S3StorageOptions Through(long partSize) => new()
    {
        Endpoint = _proxy.Url,
        Bucket = _direct.Bucket,
        AccessKey = _direct.AccessKey,
        SecretKey = _direct.SecretKey,
        ChecksumMode = _direct.ChecksumMode,
        UseChunkEncoding = _direct.UseChunkEncoding,
        PartSizeBytes = partSize,
    };

    private AmazonS3Client Client(string url) => new(SwiftServer.AccessKey, SwiftServer.SecretKey, new AmazonS3Config
    {
        ServiceURL = url,
        ForcePathStyle = true,
        AuthenticationRegion = _direct.Region,
        RetryMode = Amazon.Runtime.RequestRetryMode.Standard,
        MaxErrorRetry = 0,
        RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = Amazon.Runtime.ResponseChecksumValidation.WHEN_REQUIRED,
    });

    private Task<string> PresignedAsync(string key, HttpVerb verb) => _s3.GetPreSignedURLAsync(new GetPreSignedUrlRequest
    {
        BucketName = _direct.Bucket,
        Key = key,
        Verb = verb,
        Protocol = Protocol.HTTP,
        Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5),
    });

    private async Task PutAsync(string key)
    {
        using var content = new MemoryStream(Content);
        await _s3.PutObjectAsync(
            new PutObjectRequest { BucketName = _direct.Bucket, Key = key, InputStream = content, UseChunkEncoding = _direct.UseChunkEncoding }, Cancellation);
    }

    private Task<byte[]> ReadAsync() => ReadAsync("known");

    private async Task<byte[]> ReadAsync(string key)
    {
        using var answer = await _s3.GetObjectAsync(_direct.Bucket, key, Cancellation);
        using var read = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(read, Cancellation);
        return read.ToArray();
    }
}
