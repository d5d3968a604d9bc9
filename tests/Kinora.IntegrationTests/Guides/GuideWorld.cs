using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Uploads.ByUrl;
using Kinora.IntegrationTests.Webhooks;

namespace Kinora.IntegrationTests.Guides;

/// <summary>What the guides say that a reader has: a Kinora, a token, a clip, a video, an address with a file, a server that gets webhooks.</summary>
public sealed class GuideWorld : IAsyncLifetime
{
    private readonly FileServer _files = new();
    private readonly Receiver _receiver = new((_, _) => "204 No Content");
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, int> _ports;
    private Deployment _deployment = null!;
    private int _runs;

    public GuideWorld()
    {
        var free = LoopbackPorts.Free(2);

        // What is written in shell cannot listen: there somebody else does.
        _ports = new Dictionary<string, int> { ["sh"] = _receiver.Port, ["csharp"] = free[0], ["typescript"] = free[1] };
    }

    public string Log => _deployment.Log;

    public async ValueTask InitializeAsync()
    {
        var ports = _ports.Values.Append(_files.Port).Select((port, i) => $"Kinora__Outbound__Ports__{i}={port}");
        _deployment = await Deployment.StartAsync(null, ["Kinora__Outbound__AllowedNetworks__0=127.0.0.1/32", .. ports]);
        await _deployment.StartWorkerAsync("Kinora__Worker__PollInterval=00:00:00.2");
    }

    public async ValueTask DisposeAsync()
    {
        await _deployment.DisposeAsync();
        await _files.DisposeAsync();
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    /// <returns>A folder of its own with clip.mp4, and the variables, of a user of its own.</returns>
    public async Task<(string Folder, Dictionary<string, string> Variables)> PrepareAsync(string page, string language)
    {
        using var user = await _deployment.CreateUserAsync();
        var clip = await SourceClips.TinyAsync();
        var folder = Directory.CreateDirectory(_folder.Path($"{page}-{language}")).FullName;
        File.Copy(clip, Path.Combine(folder, "clip.mp4"));
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = folder,
            ["KINORA"] = _deployment.Api.Address.AbsoluteUri.TrimEnd('/'),
            ["TOKEN"] = user.Http.DefaultRequestHeaders.Authorization!.Parameter!,
            ["EMAIL"] = $"reader{Interlocked.Increment(ref _runs)}@example.org",
            ["PASSWORD"] = "a long walk by the sea",
            ["CLIP_URL"] = _files.ServeFile(clip),
            ["RECEIVER"] = $"http://127.0.0.1:{_ports[language]}/hook",
        };
        if (page is "wait" or "play")
        {
            var (videoId, _) = await user.UploadAsync(clip, ("transcode", "true"));
            variables["VIDEO"] = $"{videoId}";
            if (page == "play")
            {
                await user.WaitAsync(() => user.GetAsync($"/v1/videos/{videoId}/explain"), explanation => explanation.Text("code") is "READY" or "FAILED");

                // Beside the encoding: they may come after it.
                await user.WaitAsync(() => user.GetAsync($"/v1/videos/{videoId}/playback"), playback => playback.Text("storyboardUrl") is not null);
            }
        }

        return (folder, variables);
    }
}
