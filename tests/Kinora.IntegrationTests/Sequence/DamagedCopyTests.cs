using System.Globalization;
using System.Text.Json;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>A source that a player would take, but for damage that only a decoder meets.</summary>
public sealed class DamagedCopyTests : DeploymentTest
{
    private const int Frames = 200;
    private const int FirstDamaged = 60;
    private const int Damaged = 3;

    protected override IReadOnlyList<string[]> WorkerSettings => [[]];

    [Fact]
    public async Task What_cannot_be_decoded_is_not_published_as_a_copy()
    {
        using var folder = new TestFolder();
        var source = folder.Path("damaged.mp4");

        // As small as the lowest rendition: nothing would be encoded beside the copy.
        await Tools.FfmpegAsync([
            "-f", "lavfi", "-i", $"testsrc2=size=320x240:rate=25:duration={Frames / 25}",
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-pix_fmt", "yuv420p", "-g", "50", "file:" + source]);
        await DamageAsync(source);
        var (videoId, _) = await User.UploadAsync(source, ("transcode", "true"));

        var video = await User.WaitAsync(() => User.VideoAsync(videoId), v => v.Text("status") is "READY" or "FAILED");

        Assert.Equal("READY", video.Text("status"));
        await using var plan = Deployment.Database.CreateCommand(
            $"SELECT plan -> 'avoid' ->> 0 FROM jobs WHERE video_id = '{videoId}' AND type = 'HLS' AND parent_id IS NULL");
        Assert.Equal("copy", await plan.ExecuteScalarAsync(Cancellation));
        Assert.True((await User.GetAsync($"/v1/videos/{videoId}/verification")).GetProperty("passed").GetBoolean());
        await GrowingViewer.ShouldHaveFramesAsync(User, videoId, Frames - Damaged);
    }

    [Fact]
    public async Task Times_that_come_true_in_no_way_are_the_files_fault()
    {
        using var folder = new TestFolder();
        var source = folder.Path("untimely.mp4");
        await Tools.FfmpegAsync([
            "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=8",
            "-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-b_strategy", "0", "-pix_fmt", "yuv420p", "-g", "50", "file:" + source]);
        var bytes = await File.ReadAllBytesAsync(source, Cancellation);

        // Without its composition offsets (ISO/IEC 14496-12 §8.6.1.3) pictures are told to come in the order in which they are decoded.
        "free"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("ctts"u8)));
        await File.WriteAllBytesAsync(source, bytes, Cancellation);
        var (videoId, jobId) = await User.UploadAsync(source);
        await User.WaitForJobAsync(jobId);

        var job = await User.WaitForJobAsync(await User.TranscodeAsync(videoId), "FAILED");

        Assert.True(job.GetProperty("error").Text("code") == "CORRUPT", $"{job}");
    }

    /// <summary>Slices of zeros. Sizes, times and the kinds of the units stay: nothing but a decoder sees it.</summary>
    private static async Task DamageAsync(string path)
    {
        const int lengthAndType = 5;
        var root = await Tools.FfprobeAsync(path, "-select_streams", "v:0", "-show_entries", "packet=pos,size");
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        foreach (var packet in root.GetProperty("packets").EnumerateArray().Skip(FirstDamaged).Take(Damaged))
        {
            var (start, size) = (Number(packet, "pos"), Number(packet, "size"));
            bytes.AsSpan(start + lengthAndType, size - lengthAndType).Clear();
        }

        await File.WriteAllBytesAsync(path, bytes, Cancellation);
    }

    private static int Number(JsonElement packet, string name) =>
        int.Parse(packet.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
