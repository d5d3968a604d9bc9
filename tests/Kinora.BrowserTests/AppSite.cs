using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Infra.Processes;

namespace Kinora.BrowserTests;

[CollectionDefinition("app")]
public sealed class AppCollection : ICollectionFixture<AppSite>;

/// <summary>The whole service with an operator, who has videos and a webhook, and a clip for others to upload.</summary>
public sealed class AppSite : IAsyncLifetime
{
    public const int Seconds = 20;
    public const string Password = "a long walk by the sea";
    public const string OperatorEmail = "operator@example.org";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "app", Guid.CreateVersion7().ToString()));
    private readonly Lazy<Task<AppContents>> _contents;
    private RunningKinora? _service;

    public AppSite() => _contents = new(FillAsync);

    public Uri Origin => _service!.Origin;

    /// <summary>Some megabytes, so that an upload of it can be cut in its midst.</summary>
    public string ClipPath => Path.Combine(_folder.FullName, "By the sea.mp4");

    /// <summary>What the operator's pages show; made by the first test that asks for it.</summary>
    public Task<AppContents> ContentsAsync() => _contents.Value;

    public async ValueTask InitializeAsync()
    {
        await MakeClipAsync(ClipPath, $"testsrc2=size=1280x720:rate=25:duration={Seconds}", Seconds, "12M");

        // An operator has an account before the settings name it.
        await using (var first = await RunningKinora.StartAsync(_folder.FullName, new Dictionary<string, string>()))
        {
            using var http = new HttpClient { BaseAddress = first.Origin };
            using var registered = await http.PostAsJsonAsync("/v1/auth/register", new { email = OperatorEmail, password = Password });
            Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        }

        _service = await RunningKinora.StartAsync(_folder.FullName, new Dictionary<string, string>
        {
            ["Kinora__Auth__Operators__0"] = OperatorEmail,
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private static async Task MakeClipAsync(string path, string picture, int seconds, string bitRate)
    {
        await using var ffmpeg = await ChildProcess.StartAsync(new ChildProcessSpec("ffmpeg",
        [
            "-nostdin", "-hide_banner", "-v", "error", "-f", "lavfi", "-i", picture,
            "-f", "lavfi", "-i", string.Create(CultureInfo.InvariantCulture, $"sine=frequency=440:sample_rate=48000:duration={seconds}"),
            "-c:v", "libx264", "-preset", "ultrafast", "-b:v", bitRate, "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", "-shortest", path,
        ]));
        Assert.Equal(0, await ffmpeg.Exited);
    }

    /// <summary>Videos with pictures that may be shown to people, one that is broken, and a webhook with a delivery.</summary>
    private async Task<AppContents> FillAsync()
    {
        // Not the first test's token: what it has begun is all the others' too.
        using var limit = new CancellationTokenSource(Patience);
        var cancellation = limit.Token;
        using var http = new HttpClient { BaseAddress = Origin, Timeout = Patience };
        var login = await PostAsync("/v1/auth/login", JsonContent.Create(new { email = OperatorEmail, password = Password }));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.GetProperty("accessToken").GetString());
        (string Title, string Picture)[] clips =
        [
            ("Aurora over the fjord", "gradients=size=1280x720:rate=25:duration=6:n=4:seed=3:speed=0.03:c0=#0b1d3a:c1=#1f8a70:c2=#bfe3c0:c3=#351f5c"),
            ("Sunset, last take", "gradients=size=1280x720:rate=25:duration=6:n=4:seed=8:speed=0.03:c0=#2b1055:c1=#d53369:c2=#f9a03f:c3=#ffe29a"),
            ("How the harbor wakes", "gradients=size=1280x720:rate=25:duration=6:n=4:seed=5:type=radial:speed=0.02:c0=#fdf6e3:c1=#7fb3d5:c2=#1b4f72:c3=#0e2433"),
        ];
        var ids = new List<Guid>();
        foreach (var (title, picture) in clips)
        {
            var path = Path.Combine(_folder.FullName, $"{title}.mp4");
            await MakeClipAsync(path, picture, 6, "3M");
            ids.Add(await UploadAsync(title, await File.ReadAllBytesAsync(path, cancellation)));
        }

        var broken = await UploadAsync("Broken on the way", (await File.ReadAllBytesAsync(ClipPath, cancellation))[..64]);
        var hook = await PostAsync("/v1/webhooks", JsonContent.Create(new { url = "https://hooks.example.org/kinora", events = (string[])["video.*"] }));
        var webhookId = hook.GetProperty("webhook").GetProperty("id").GetGuid();
        await PostAsync($"/v1/webhooks/{webhookId}/test", null);
        foreach (var id in ids)
        {
            await UntilAsync($"/v1/videos/{id}", "READY");
            await UntilAsync($"/v1/videos/{id}/events", "\"video.thumbnail.ready\"");
        }

        await UntilAsync($"/v1/videos/{broken}", "FAILED");
        var playback = await http.GetFromJsonAsync<JsonElement>($"/v1/videos/{ids[0]}/playback", cancellation);
        return new AppContents(ids[0], broken, webhookId, new Uri(playback.GetProperty("masterUrl").GetString()!), new Uri(playback.GetProperty("embedUrl").GetString()!));

        async Task<Guid> UploadAsync(string title, byte[] bytes)
        {
            using var form = new MultipartFormDataContent
            {
                { new StringContent("true"), "transcode" }, { new StringContent(title), "title" }, { new ByteArrayContent(bytes), "file", $"{title}.mp4" },
            };
            return (await PostAsync("/v1/videos", form)).GetProperty("videoId").GetGuid();
        }

        async Task<JsonElement> PostAsync(string path, HttpContent? body)
        {
            using var answer = await http.PostAsync(path, body, cancellation);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
            return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        }

        async Task UntilAsync(string path, string text)
        {
            string seen;
            while (!(seen = await http.GetStringAsync(path, cancellation)).Contains(text, StringComparison.Ordinal))
            {
                Assert.False(text == "READY" && seen.Contains("FAILED", StringComparison.Ordinal), seen);
                await Task.Delay(100, cancellation);
            }
        }
    }
}

/// <param name="VideoId">One that is READY.</param>
/// <param name="BrokenId">One that FAILED.</param>
public sealed record AppContents(Guid VideoId, Guid BrokenId, Guid WebhookId, Uri MasterUrl, Uri EmbedUrl);
