using System.Collections.Concurrent;
using Kinora.Api.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Kinora.BrowserTests;

/// <summary>The pages as the API serves them, beside streams that play, that grow, and that fail in every way the page must explain.</summary>
public sealed class WatchSite : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kinora-watch-").FullName;
    private WebApplication? _app;
    private readonly ConcurrentDictionary<string, int> _playlistsServed = new();
    private int _fragileServed;

    public Uri Origin { get; private set; } = new("http://127.0.0.1");

    // Of 26: two beginnings, and twelve segments of video and of audio.
    private const int FragileParts = 10;

    public const string Stream = "/v1/videos/sample/hls/signature/master.m3u8";

    private const string Storyboard = """
        WEBVTT

        00:00:00.000 --> 00:00:10.000
        storyboard-1-0.jpg#xywh=0,0,160,90

        00:00:10.000 --> 00:00:24.000
        storyboard-1-0.jpg#xywh=160,0,160,90

        """;

    public async ValueTask InitializeAsync()
    {
        await SampleStream.MakeAsync(_folder);
        await CaptionedStream.AddAsync(_folder);
        await SoundStream.MakeAsync(Path.Combine(_folder, "sound"), languages: 1);
        await SoundStream.MakeAsync(Path.Combine(_folder, "languages"), languages: 2);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseSecurityHeaders();
        _app.Use(BreakAsync);
        UseFiles(_app, "/v1/videos/sample/hls/signature");
        UseFiles(_app, "/v1/videos/fragile/hls/signature");
        UseFiles(_app, "/v1/videos/growing/hls/signature");
        UseFiles(_app, "/v1/videos/growing-captioned/hls/signature");
        UseFiles(_app, "/v1/videos/pictured/hls/~signature");
        _app.MapGet("/v1/videos/pictured/storyboard/~signature/storyboard.vtt", () => Results.Text(Storyboard, "text/vtt"));
        _app.UseRouting();
        _app.MapWebPages();
        _app.MapGet("/v1/videos/status/{status:int}/master.m3u8", (int status) => Results.StatusCode(status));
        _app.MapGet("/v1/videos/tampered/master.m3u8", () => Results.Json(new { code = "UNAUTHORIZED", message = "The playback URL is not valid." }, statusCode: 401));
        _app.MapGet("/v1/videos/damaged/master.m3u8", () => Results.Text("this is no playlist", "application/vnd.apple.mpegurl"));
        await _app.StartAsync();
        Origin = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void UseFiles(WebApplication app, string path)
    {
        var types = new FileExtensionContentTypeProvider();
        types.Mappings[".m3u8"] = "application/vnd.apple.mpegurl";
        types.Mappings[".m4s"] = "audio/mp4";
        types.Mappings[".vtt"] = "text/vtt";
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(_folder),
            RequestPath = path,
            ContentTypeProvider = types,
        });
    }

    private async Task BreakAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith("/v1/videos/fragile/", StringComparison.Ordinal) && path.EndsWith(".mp4", StringComparison.Ordinal)
            && Interlocked.Increment(ref _fragileServed) > FragileParts)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else if (path.StartsWith("/v1/videos/growing", StringComparison.Ordinal) && path.EndsWith("p.m3u8", StringComparison.Ordinal))
        {
            await SendGrowingAsync(context, Path.Combine(_folder, Path.GetFileName(path)), Path.GetDirectoryName(path)!);
        }
        else
        {
            await next(context);
        }
    }

    // Half of the playlist and no end at first, all of it once it was asked for again.
    private async Task SendGrowingAsync(HttpContext context, string file, string video)
    {
        var text = await File.ReadAllTextAsync(file, context.RequestAborted);
        if (_playlistsServed.AddOrUpdate(video, 1, (_, served) => served + 1) <= 2)
        {
            var parts = text.Split("#EXTINF");
            text = string.Join("#EXTINF", parts.Take(parts.Length / 2)).Replace("VOD", "EVENT", StringComparison.Ordinal);
        }

        context.Response.ContentType = "application/vnd.apple.mpegurl";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
