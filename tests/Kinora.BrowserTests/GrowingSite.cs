using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Infra.Processes;

namespace Kinora.BrowserTests;

/// <summary>
/// The whole service, whose worker rests a while at each span: what is uploaded is played by anybody long before it is whole.
/// </summary>
public sealed class GrowingSite : IAsyncLifetime
{
    public const int Seconds = 48;

    /// <summary>Of a span, after its encode: longer than the first spans play, and shorter than the later ones.</summary>
    private const int RestMs = 1500;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(
        Path.Combine(AppContext.BaseDirectory, "growing", Guid.CreateVersion7().ToString()));

    private readonly HttpClient _http = new();
    private RunningKinora? _service;

    public Uri Origin { get; private set; } = new("http://127.0.0.1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await MakeClipAsync();
        _service = await RunningKinora.StartAsync(_folder.FullName, new Dictionary<string, string>
        {
            ["Kinora__Failpoints__0"] = $"hls.after_package:delay={RestMs}@*",
            ["Kinora__FailpointLog"] = Path.Combine(_folder.FullName, "failpoints.log"),
        });
        Origin = _service.Origin;
        _http.BaseAddress = Origin;
        var user = new { email = "viewer@example.org", password = "correct horse battery" };
        (await _http.PostAsJsonAsync("/v1/auth/register", user, Cancellation)).EnsureSuccessStatusCode();
        using var login = await _http.PostAsJsonAsync("/v1/auth/login", user, Cancellation);
        var tokens = await login.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.GetProperty("accessToken").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Uploads the clip.</summary>
    /// <returns>The video, and its master as soon as that has an encoded rendition beside the copy.</returns>
    public async Task<(Guid VideoId, Uri Master)> UploadAsync()
    {
        using var form = new MultipartFormDataContent { { new StringContent("true"), "transcode" } };
        await using var file = File.OpenRead(ClipPath);
        form.Add(new StreamContent(file), "file", "clip.mp4");
        using var uploaded = await _http.PostAsync("/v1/videos", form, Cancellation);
        uploaded.EnsureSuccessStatusCode();
        var videoId = (await uploaded.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("videoId").GetGuid();
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, "it cannot be played");
            if (await FindMasterAsync(videoId) is { } master)
            {
                return (videoId, master);
            }

            await Task.Delay(50, Cancellation);
        }
    }

    public async Task<bool> IsCompleteAsync(Guid videoId) =>
        (await _http.GetFromJsonAsync<JsonElement>($"/v1/videos/{videoId}/playback", Cancellation)).GetProperty("complete").GetBoolean();

    private string ClipPath => Path.Combine(_folder.FullName, "clip.mp4");

    private async Task<Uri?> FindMasterAsync(Guid videoId)
    {
        using var response = await _http.GetAsync($"/v1/videos/{videoId}/playback", Cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return null;
        }

        var master = new Uri((await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("masterUrl").GetString()!);
        var text = await _http.GetStringAsync(master, Cancellation);
        return text.Split("#EXT-X-STREAM-INF").Length > 2 ? master : null;
    }

    /// <summary>With captions that tell each second's number.</summary>
    private async Task MakeClipAsync()
    {
        var captions = Path.Combine(_folder.FullName, "captions.vtt");
        await File.WriteAllTextAsync(
            captions,
            "WEBVTT\n" + string.Concat(Enumerable.Range(0, Seconds).Select(i => $"\n00:{i:D2}.000 --> 00:{i:D2}.900\nsecond {i}\n")),
            Cancellation);
        await using var ffmpeg = await ChildProcess.StartAsync(new ChildProcessSpec("ffmpeg",
        [
            "-nostdin", "-hide_banner", "-v", "error",
            "-f", "lavfi", "-i", $"testsrc2=size=640x480:rate=25:duration={Seconds}",
            "-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=48000:duration={Seconds}",
            "-i", captions, "-map", "0", "-map", "1", "-map", "2", "-c:s", "mov_text", "-metadata:s:s:0", "language=eng",
            "-c:v", "libx264", "-preset", "veryfast", "-maxrate", "1M", "-bufsize", "2M", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", ClipPath,
        ]));
        Assert.Equal(0, await ffmpeg.Exited);
    }
}
