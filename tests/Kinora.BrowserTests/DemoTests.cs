using System.Collections.Concurrent;
using Kinora.Core.Infra.Processes;

namespace Kinora.BrowserTests;

/// <summary>The main job, whole: the command uploads a clip to servers of its own, and its link plays in a browser.</summary>
public sealed class DemoTests(BrowserFixture browser) : IAsyncDisposable
{
    private const int Seconds = 8;
    private const string LinkMark = "plays at ";

    // artifacts/bin/<project>/<configuration>/
    private static readonly string Program = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Kinora.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "kinora.dll"));

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(
        Path.Combine(AppContext.BaseDirectory, "demo", Guid.CreateVersion7().ToString()));

    private ChildProcess? _demo;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_demo is not null)
        {
            // It stops its servers in order before it ends.
            await _demo.StopAsync(TimeSpan.FromMinutes(1));
            await _demo.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_demos_link_plays_what_was_uploaded_to_its_end()
    {
        var link = new Uri(await RunDemoAsync(await MakeClipAsync()));
        await using var watched = await browser.OpenAsync(new Uri(link.GetLeftPart(UriPartial.Authority)));

        await watched.Page.GotoAsync(link.ToString());
        await watched.PlayAsync();
        await watched.UntilAsync("() => document.querySelector('video').currentTime > 1");
        await watched.UntilAsync("() => document.querySelector('video').ended", 90);

        Assert.Equal(Seconds, await watched.Page.EvaluateAsync<double>("() => document.querySelector('video').currentTime"), 0.3);
        Assert.Equal(1, await watched.Page.EvaluateAsync<int>("() => document.querySelector('video').buffered.length"));
        Assert.Equal(16.0 / 9, await watched.Page.EvaluateAsync<double>("() => { const v = document.querySelector('video'); return v.videoWidth / v.videoHeight; }"), 0.02);
        Assert.Empty(watched.Complaints);
    }

    private async Task<string> RunDemoAsync(string clip)
    {
        var link = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new ConcurrentQueue<string>();
        _demo = await ChildProcess.StartAsync(new ChildProcessSpec(
            "dotnet",
            [Program, "demo", clip, "--port", "0", "--data-dir", Path.Combine(_folder.FullName, "data")])
        {
            Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? string.Empty },
            ParentDeathSignal = PosixSignalNumber.Terminate,
            OnOutputLine = line =>
            {
                output.Enqueue(line);
                if (line.StartsWith(LinkMark, StringComparison.Ordinal))
                {
                    link.TrySetResult(line[LinkMark.Length..]);
                }
            },
            OnErrorLine = output.Enqueue,
        });
        var first = await Task.WhenAny(link.Task, _demo.Exited).WaitAsync(Deadline, Cancellation);
        Assert.True(first == link.Task, string.Join('\n', output));
        return await link.Task;
    }

    private async Task<string> MakeClipAsync()
    {
        var clip = Path.Combine(_folder.FullName, "clip.mp4");
        await using var ffmpeg = await ChildProcess.StartAsync(new ChildProcessSpec("ffmpeg",
        [
            "-nostdin", "-hide_banner", "-v", "error",
            "-f", "lavfi", "-i", $"testsrc2=size=1280x720:rate=25:duration={Seconds}",
            "-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=48000:duration={Seconds}",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", clip,
        ]));
        Assert.Equal(0, await ffmpeg.Exited);
        return clip;
    }
}
