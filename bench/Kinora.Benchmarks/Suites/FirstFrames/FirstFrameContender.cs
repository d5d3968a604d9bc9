using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Processes;
using Kinora.Benchmarks.Suites.Deployments;

namespace Kinora.Benchmarks.Suites.FirstFrames;

/// <summary>
/// One film, from its upload until a player has all that it needs for a first frame with sound. After that it is deleted, with all that still
/// runs for it.
/// </summary>
/// <param name="deployment">One for all contenders: there is none that would do without.</param>
internal sealed class FirstFrameContender(string name, string source, Deployment deployment) : IContender
{
    public static readonly Metric AfterAnswer = new("upload's end to first frame", "s");
    public static readonly Metric AfterLastByte = new("last byte sent to first frame", "s");

    public string Name => name;

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        using var user = await ApiUser.SignUpAsync(deployment.Url, cancellation);
        Uploaded? uploaded = null;
        IReadOnlyList<byte[]> beginnings = [];
        var measured = await new UsageMeter(countsThisProcess: false).MeasureAsync(async () =>
        {
            uploaded = await user.UploadAsync(source, transcode: true, cancellation);
            using var player = new PublishedHls(await user.WaitForMasterAsync(uploaded.VideoId, cancellation));
            beginnings = await player.FetchBeginningAsync(cancellation);
            return new Dictionary<Metric, double>
            {
                [AfterAnswer] = TimeProvider.System.GetElapsedTime(uploaded.AnsweredAt).TotalSeconds,
                [AfterLastByte] = TimeProvider.System.GetElapsedTime(uploaded.SentAt).TotalSeconds,
            };
        });

        await user.DeleteAsync(uploaded!.VideoId, cancellation);
        await Deployment.BecomeIdleAsync(cancellation);
        await EnsureDecodableAsync(beginnings, cancellation);

        // What of this upload is not on the disk yet would be written while the next one is measured.
        await Tool.RunAsync("sync", [], cancellation);
        return measured;
    }

    private static async Task EnsureDecodableAsync(IReadOnlyList<byte[]> beginnings, CancellationToken cancellation)
    {
        foreach (var beginning in beginnings)
        {
            var path = Path.GetTempFileName();
            try
            {
                await File.WriteAllBytesAsync(path, beginning, cancellation);
                await Tool.FfmpegAsync(["-xerror", "-i", "file:" + path, "-f", "null", "-"], cancellation);
            }
            finally
            {
                File.Delete(path);
            }
        }
    }
}
