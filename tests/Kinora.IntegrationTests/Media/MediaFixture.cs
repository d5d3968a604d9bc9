using System.Collections.Concurrent;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Native;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Videos;
using Kinora.IntegrationTests.Media.Sandboxing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Kinora.IntegrationTests.Media;

/// <summary>A folder of media that ffmpeg makes on demand, and probes whose helper is the worker's own executable.</summary>
public sealed class MediaFixture : IAsyncLifetime
{
    public const string Video = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2";
    public const string VideoAndSound = Video + " -f lavfi -i sine=duration=2";
    public const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -sc_threshold 0";

    private readonly ConcurrentDictionary<string, Task<string>> _made = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("kinora-media-").FullName;

    public MediaProbe Probe { get; } = CreateProbe(_ => { });

    /// <param name="limits">Null: the usual ones.</param>
    public static MediaProbe CreateProbe(Action<MediaProbeOptions> configure, MediaOptions? limits = null)
    {
        var options = new MediaProbeOptions { HelperFileName = Path.Combine(AppContext.BaseDirectory, "Kinora.Worker"), HelperArguments = [ProbeHost.Argument] };
        configure(options);
        return new MediaProbe(Options.Create(options), Options.Create(limits ?? new MediaOptions()), Sandboxes.Usual, TimeProvider.System, NullLogger<MediaProbe>.Instance);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Probe.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs ffmpeg with these arguments (split at spaces) and the file's name; a file of one name is made once.</summary>
    public Task<string> MakeAsync(string name, string arguments) => _made.GetOrAdd(name, _ => RunAsync(name, arguments));

    public async Task<string> WriteAsync(string name, byte[] content)
    {
        var path = Path.Combine(Folder, name);
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        return path;
    }

    public async Task<MediaInfo> ProbeAsync(string path)
    {
        using var source = new FileMediaSource(path);
        return await Probe.GetMediaInfoAsync(source, TestContext.Current.CancellationToken);
    }

    private async Task<string> RunAsync(string name, string arguments)
    {
        var path = Path.Combine(Folder, name);
        var errors = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec(
            "ffmpeg", ["-nostdin", "-y", "-v", "error", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), path])
        {
            WorkingDirectory = Folder,
            OnErrorLine = errors.Enqueue,
        });
        var code = await process.Exited.WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(code == 0, $"ffmpeg {arguments} {name}: {string.Join('\n', errors)}");
        return path;
    }
}
