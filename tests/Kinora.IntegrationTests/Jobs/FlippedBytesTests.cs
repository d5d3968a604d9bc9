using System.Buffers.Binary;
using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>A byte that turns over between the store and a worker.</summary>
[Collection("deployments")]
public sealed class FlippedBytesTests(SwiftServer swift) : IAsyncLifetime
{
    private S3FaultProxy _proxy = null!;
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var bucket = await swift.BucketAsync("flipped");
        _proxy = S3FaultProxy.Start(bucket.Endpoint!);
        bucket.Endpoint = _proxy.Url;
        _deployment = await Deployment.StartAsync(bucket, "Kinora__Jobs__BackoffBase=00:00:00.2");
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }

        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(1)] // what the probe reads
    [InlineData(2)] // the copy that is to confirm its verdict as well, which is fetched once more
    public async Task A_good_video_is_not_condemned(int flips)
    {
        using var folder = new TestFolder();
        var clip = await FragileClipAsync(folder);
        var (videoId, jobId) = await _user.UploadAsync(clip);
        var fault = new S3Fault(S3FaultKind.FlippedAnswer, S3Operation.Get) { AtMost = flips };
        _proxy.Inject(fault);
        await _deployment.StartWorkerAsync();

        await _user.WaitForJobAsync(jobId);

        Assert.Equal(flips, fault.Fired);
        Assert.Equal("ANALYZED", (await _user.VideoAsync(videoId)).Text("status"));
        Assert.Equal(1, (await _user.JobAsync(jobId)).GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task A_bad_video_is_condemned_all_the_same()
    {
        using var folder = new TestFolder();
        var clip = await FragileClipAsync(folder);
        var bytes = await File.ReadAllBytesAsync(clip, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(clip, bytes, Cancellation);
        var (videoId, jobId) = await _user.UploadAsync(clip);
        await _deployment.StartWorkerAsync();

        var job = await _user.WaitForJobAsync(jobId, "FAILED");

        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        Assert.Equal("FAILED", (await _user.VideoAsync(videoId)).Text("status"));
    }

    [Fact]
    public async Task Bytes_that_stay_wrong_are_no_outage_to_wait_out()
    {
        using var folder = new TestFolder();
        var (_, jobId) = await _user.UploadAsync(await FragileClipAsync(folder));
        _proxy.Inject(new S3Fault(S3FaultKind.FlippedAnswer, S3Operation.Get));
        await _deployment.StartWorkerAsync();

        var job = await _user.WaitForJobAsync(jobId, "FAILED");

        Assert.Equal("STORAGE", job.GetProperty("error").Text("code"));
        Assert.Equal(job.GetProperty("maxAttempts").GetInt32(), job.GetProperty("attempts").GetInt32());
    }

    /// <summary>
    /// Of which the byte in the middle, the one that the proxy flips, is the name of the box that holds the index; so small that the probe
    /// reads it at once.
    /// </summary>
    private static async Task<string> FragileClipAsync(TestFolder folder)
    {
        var path = folder.Path("fragile.mp4");
        await Tools.FfmpegAsync(["-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=1", "-pix_fmt", "yuv420p", path]);
        var clip = await File.ReadAllBytesAsync(path, Cancellation);
        var name = FindBox(clip, "moov"u8) + 4;
        var padding = new byte[(2 * name) + 2 - clip.Length];
        BinaryPrimitives.WriteInt32BigEndian(padding, padding.Length);
        "free"u8.CopyTo(padding.AsSpan(4));
        await File.WriteAllBytesAsync(path, [.. clip, .. padding], Cancellation);
        return path;
    }

    private static int FindBox(ReadOnlySpan<byte> clip, ReadOnlySpan<byte> name)
    {
        var offset = 0;
        while (!clip.Slice(offset + 4, 4).SequenceEqual(name))
        {
            offset += BinaryPrimitives.ReadInt32BigEndian(clip[offset..]);
        }

        return offset;
    }
}
