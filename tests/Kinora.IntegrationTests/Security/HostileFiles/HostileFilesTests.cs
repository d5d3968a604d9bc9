using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kinora.Core.Infra.Media;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>
/// Hundreds of hostile files through the running system. Each comes to a listed end within its time, the worker lives on, nothing is read
/// or called that was not given, and the sandboxes keep to their memory.
/// </summary>
[Collection("deployments")]
public sealed class HostileFilesTests(ITestOutputHelper output) : DeploymentTest
{
    private const string Section = "Hostile files";
    private const int AtOnce = 4;
    private const int SeedsOfEach = 20;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(40);

    /// <summary>Of one file, from its upload to its end, with others beside it: what takes longer hangs.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(5);

    protected override string[] Settings =>
    [
        "Kinora__Jobs__MaxAttempts=2", "Kinora__Jobs__BackoffBase=00:00:00.1",
        "Kinora__Ffmpeg__StallTimeout=00:00:30", "Kinora__Transcoding__EncodeTimeLimit=00:02:00", "Kinora__Limits__MaxLiveJobsPerUser=100000",
    ];

    protected override IReadOnlyList<string[]> WorkerSettings => [[]];

    private static long MemoryCap => Math.Max(new FfmpegOptions().MemoryBytes, new MediaProbeOptions().HelperMemoryBytes);

    [Fact]
    public async Task Each_comes_to_a_listed_end_and_gets_nowhere()
    {
        using var folder = new TestFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var canary = await PlantCanaryAsync(folder);
        var files = await DrawAsync(folder, canary, ((IPEndPoint)listener.LocalEndpoint).Port);
        using var canaries = new FileCanary([canary, .. await OthersObjectsAsync()]);
        var worker = Workers[0];
        await using var watch = new SandboxWatch(worker);
        watch.Start();

        var ends = await SendAllAsync(files, folder);

        await watch.StopAsync();
        var wrong = ends.Where(e => !e.File.Ends.Contains(e.End)).Select(e => $"{e.File.Kind}, {e.File.Name}: {e.End}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.False(worker.Exited.IsCompleted);
        Assert.False(listener.Pending(), "the listener was called");
        Assert.False(canaries.HasBeenOpened(), "a canary was opened");
        Assert.Equal(0, watch.Packets);
        Assert.InRange(watch.MostMemory, 1, MemoryCap);
        Assert.All(Deployment.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("{\"time\":", line, StringComparison.Ordinal));
        await User.WaitForJobAsync(await User.TranscodeAsync(await User.UploadAnalyzedAsync(await SourceClips.ShortAsync())));
        Assert.Empty(worker.Encoders);
        Assert.Empty(await LeftoversAsync());
        Report(ends, watch);
    }

    private void Report(IReadOnlyCollection<(HostileFile File, string End, TimeSpan Took)> ends, SandboxWatch watch)
    {
        foreach (var kind in ends.GroupBy(e => e.File.Kind).OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            var counts = kind.GroupBy(e => e.End).OrderByDescending(e => e.Count()).Select(e => $"{e.Key} {e.Count()}");
            SecurityReport.Add(Section, $"{kind.Key}: {kind.Count()}", string.Join(", ", counts));
            output.WriteLine($"{kind.Key}: {string.Join(", ", counts)}");
        }

        Add("files sent, and ended in a listed code or played", $"{ends.Count}, {ends.Count(e => e.File.Ends.Contains(e.End))}");
        Add("the longest that one took, with others beside it", $"{ends.Max(e => e.Took).TotalSeconds:0.0} s");
        Add("worker deaths", $"{(Workers[0].Exited.IsCompleted ? 1 : 0)}");
        Add("processes seen in sandboxes", $"{watch.Processes}");
        Add("packets of any interface in them", $"{watch.Packets}");
        Add("the most memory of one of them, of its cap", $"{watch.MostMemory >> 20} MiB of {MemoryCap >> 20}");

        void Add(string what, FormattableString figure)
        {
            var text = figure.ToString(CultureInfo.InvariantCulture);
            SecurityReport.Add(Section, "**" + what + "**", text);
            output.WriteLine($"{what}: {text}");
        }
    }

    /// <summary>In the short form some of each kind, others at each run; a failed test names them.</summary>
    private static async Task<IReadOnlyList<HostileFile>> DrawAsync(TestFolder folder, string canary, int port)
    {
        var mutations = new Mutations();
        await mutations.MakeBasesAsync(folder.Root);
        await Tools.FfmpegAsync("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2", "-c:v", "libx264", "-pix_fmt", "yuv420p", folder.Path("plain.mp4"));
        var plain = await File.ReadAllBytesAsync(folder.Path("plain.mp4"), Cancellation);
        HostileFile[] crafted = [.. new Disguises(canary, port).All, .. new IsoFiles(plain, canary).All, .. MatroskaFiles.All, .. MadeFiles.All];
        HostileFile[] mutated = [.. mutations.Draw(SeedsOfEach)];
        return ChaosScale.IsFull ? [.. crafted, .. mutated] : [.. ChaosScale.Draw(crafted, f => f.Name, 24), .. ChaosScale.Draw(mutated, f => f.Name, 10)];
    }

    /// <summary>A video beside which the files lie, which no upload is to show.</summary>
    private static async Task<string> PlantCanaryAsync(TestFolder folder)
    {
        var path = folder.Path("canary.ts");
        await Tools.FfmpegAsync("-f", "lavfi", "-i", "color=red:s=320x180:d=1", "-pix_fmt", "yuv420p", path);
        return path;
    }

    /// <summary>What another user has stored.</summary>
    private async Task<string[]> OthersObjectsAsync()
    {
        using var other = await Deployment.CreateUserAsync();
        await other.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        return [.. Directory.EnumerateFiles(Deployment.StoreFolder, "*", SearchOption.AllDirectories)];
    }

    private async Task<IReadOnlyCollection<(HostileFile File, string End, TimeSpan Took)>> SendAllAsync(IReadOnlyList<HostileFile> files, TestFolder folder)
    {
        var ends = new ConcurrentBag<(HostileFile, string, TimeSpan)>();
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation }, async (file, _) =>
        {
            var path = folder.Path($"{Guid.CreateVersion7()}.mp4");
            var (end, took) = await MakeAndSendAsync(file, path);
            ends.Add((file, end, took));
            File.Delete(path);
        });
        return ends;
    }

    private async Task<(string End, TimeSpan Took)> MakeAndSendAsync(HostileFile file, string path)
    {
        try
        {
            await file.MakeAsync(path);
        }
        catch (InvalidOperationException e)
        {
            return (e.Message, TimeSpan.Zero);
        }

        var started = Stopwatch.GetTimestamp();
        return (await SendAsync(path), Stopwatch.GetElapsedTime(started));
    }

    /// <returns>415, or how the video ended.</returns>
    private async Task<string> SendAsync(string path)
    {
        using var response = await User.SendUploadAsync(path, ("transcode", "true"));
        if (response.StatusCode != HttpStatusCode.Created)
        {
            return $"{(int)response.StatusCode}";
        }

        var videoId = (await User.BodyAsync(response, HttpStatusCode.Created)).GetProperty("videoId").GetGuid();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Budget)
        {
            if (await FindEndAsync(videoId) is { } end)
            {
                return end;
            }

            await Task.Delay(PollInterval, Cancellation);
        }

        return "no end within the budget";
    }

    /// <returns>The code of the ANALYZE or HLS job that failed, or READY; null: not yet.</returns>
    private async Task<string?> FindEndAsync(Guid videoId)
    {
        var jobs = (await User.GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").EnumerateArray().ToList();
        var failed = jobs.Find(j => j.Text("type") != "THUMBNAIL" && j.Text("status") == "FAILED");
        if (failed.ValueKind == JsonValueKind.Object)
        {
            return failed.GetProperty("error").Text("code");
        }

        // The thumbnail of some is waited for as well: that it takes long is one of the ways.
        return jobs.TrueForAll(j => j.GetProperty("finishedAt").ValueKind != JsonValueKind.Null) && (await User.VideoAsync(videoId)).Text("status") == "READY"
            ? HostileFile.Plays
            : null;
    }

    private async Task<IReadOnlyList<string>> LeftoversAsync()
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        soon.CancelAfter(KinoraClient.Patience);
        IReadOnlyList<string> left;
        while ((left = Deployment.ListScratchFiles()).Count > 0 && !soon.IsCancellationRequested)
        {
            await Task.Delay(50, Cancellation);
        }

        return left;
    }
}
