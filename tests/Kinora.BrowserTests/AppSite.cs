using Kinora.Core.Infra.Processes;

namespace Kinora.BrowserTests;

/// <summary>The whole service, with a clip to upload and one to be kept waiting for.</summary>
public sealed class AppSite : IAsyncLifetime
{
    public const int Seconds = 20;

    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "app", Guid.CreateVersion7().ToString()));
    private RunningKinora? _service;

    public Uri Origin => _service!.Origin;

    /// <summary>Some megabytes, so that an upload of it can be cut in its midst.</summary>
    public string ClipPath => Path.Combine(_folder.FullName, "By the sea.mp4");

    public async ValueTask InitializeAsync()
    {
        await using var ffmpeg = await ChildProcess.StartAsync(new ChildProcessSpec("ffmpeg",
        [
            "-nostdin", "-hide_banner", "-v", "error",
            "-f", "lavfi", "-i", $"testsrc2=size=1280x720:rate=25:duration={Seconds}",
            "-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=48000:duration={Seconds}",
            "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "12M", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", ClipPath,
        ]));
        Assert.Equal(0, await ffmpeg.Exited);
        _service = await RunningKinora.StartAsync(_folder.FullName, new Dictionary<string, string>());
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
