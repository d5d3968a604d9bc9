using System.Buffers.Binary;
using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Chaos.Storage;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Jobs;

/// <summary>A byte that turns over between the store and a worker.</summary>
[Collection("deployments")]
public sealed class FlippedBytesTests(ProxiedStoreDeployment store) : IClassFixture<ProxiedStoreDeployment>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KinoraClient User => store.User;

    public async ValueTask InitializeAsync() => await store.StartedAsync();

    public ValueTask DisposeAsync()
    {
        store.Proxy?.Inject();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(1)] // what the probe reads
    [InlineData(2)] // the copy that is to confirm its verdict as well, which is fetched once more
    public async Task A_good_video_is_not_condemned(int flips)
    {
        using var folder = new TestFolder();
        var clip = await FragileClipAsync(folder);
        var fault = new S3Fault(S3FaultKind.FlippedAnswer, S3Operation.Get) { AtMost = flips };
        store.Proxy.Inject(fault);

        var (videoId, jobId) = await User.UploadAsync(clip);
        await User.WaitForJobAsync(jobId);

        Assert.Equal(flips, fault.Fired);
        Assert.Equal("ANALYZED", (await User.VideoAsync(videoId)).Text("status"));
        Assert.Equal(1, (await User.JobAsync(jobId)).GetProperty("attempts").GetInt32());

        // Its reads are not to be those that the next test has struck.
        await User.WaitForJobAsync((await User.JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task A_bad_video_is_condemned_all_the_same()
    {
        using var folder = new TestFolder();
        var clip = await FragileClipAsync(folder);
        var bytes = await File.ReadAllBytesAsync(clip, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(clip, bytes, Cancellation);
        var (videoId, jobId) = await User.UploadAsync(clip);

        var job = await User.WaitForJobAsync(jobId, "FAILED");

        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        Assert.Equal("FAILED", (await User.VideoAsync(videoId)).Text("status"));
    }

    [Fact]
    public async Task Bytes_that_stay_wrong_are_no_outage_to_wait_out()
    {
        using var folder = new TestFolder();
        var clip = await FragileClipAsync(folder);
        store.Proxy.Inject(new S3Fault(S3FaultKind.FlippedAnswer, S3Operation.Get));

        var (_, jobId) = await User.UploadAsync(clip);

        var job = await User.WaitForJobAsync(jobId, "FAILED");

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
