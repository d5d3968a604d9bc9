using System.Net;
using System.Net.Sockets;
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
    private readonly Queue<TcpListener> _held = [];
    private Deployment _deployment = null!;
    private int _runs;

    public GuideWorld()
    {
        // Kinora is told at its start which ports are allowed; they stay taken until a program is to listen at one. Two languages do, and each may try twice.
        for (var i = 0; i < 4; i++)
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            _held.Enqueue(listener);
        }
    }

    public string Log => _deployment.Log;

    public async ValueTask InitializeAsync()
    {
        var ports = _held.Select(PortOf).Append(_receiver.Port).Append(_files.Port).Select((port, i) => $"Kinora__Outbound__Ports__{i}={port}");
        _deployment = await Deployment.StartAsync(null, ["Kinora__Outbound__AllowedNetworks__0=127.0.0.1/32", .. ports]);
        await _deployment.StartWorkerAsync("Kinora__Worker__PollInterval=00:00:00.2");
    }

    public async ValueTask DisposeAsync()
    {
        await _deployment.DisposeAsync();
        await _files.DisposeAsync();
        await _receiver.DisposeAsync();
        _folder.Dispose();
        foreach (var listener in _held)
        {
            listener.Dispose();
        }
    }

    /// <returns>A folder of its own with clip.mp4, and the variables, of a user of its own.</returns>
    public async Task<(string Folder, Dictionary<string, string> Variables)> PrepareAsync(string page, string language)
    {
        using var user = await _deployment.CreateUserAsync();
        var clip = await SourceClips.TinyAsync();
        var run = Interlocked.Increment(ref _runs);
        var folder = Directory.CreateDirectory(_folder.Path($"{page}-{language}-{run}")).FullName;
        File.Copy(clip, Path.Combine(folder, "clip.mp4"));
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = folder,
            ["KINORA"] = _deployment.Api.Address.AbsoluteUri.TrimEnd('/'),
            ["TOKEN"] = user.Http.DefaultRequestHeaders.Authorization!.Parameter!,
            ["EMAIL"] = $"reader{run}@example.org",
            ["PASSWORD"] = "a long walk by the sea",
            ["CLIP_URL"] = _files.ServeFile(clip),
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

        // What is written in shell cannot listen: there somebody else does.
        var port = page == "webhooks" && language != "sh" ? Release() : _receiver.Port;
        variables["RECEIVER"] = $"http://127.0.0.1:{port}/hook";
        return (folder, variables);
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private int Release()
    {
        using var listener = _held.Dequeue();
        return PortOf(listener);
    }
}
