using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kinora.IntegrationTests.Api;

/// <summary>
/// A video that went the whole way without a worker or ffmpeg: the test claims its jobs, and the product's own classes end and publish
/// them.
/// </summary>
internal sealed record PublishedVideo(Guid Id, Guid HlsJobId, IReadOnlyDictionary<string, byte[]> Files)
{
    public const string Segment = "720p/1.m4s";
    public const string Empty = "720p/empty.m4s";
    public const string Sound = "audio/1.m4s";
    public const string Sprite = "storyboard-1-0.jpg";
    public const string Master = PlaybackService.MasterName;
    private const string Playlist = "application/vnd.apple.mpegurl";

    public static readonly MediaInfo Info = new()
    {
        Container = "mov,mp4,m4a,3gp,3g2,mj2",
        DurationUs = 10_000_000,
        Streams =
        [
            new MediaStream
            {
                Index = 0,
                Kind = StreamKind.Video,
                Codec = "h264",
                IsDefault = true,
                TimeBase = new Rational(1, 15360),
                StartPts = 0,
                Width = 1280,
                Height = 720,
                SampleAspectRatio = new Rational(1, 1),
                PixelFormat = "yuv420p",
                BitDepth = 8,
                AverageFrameRate = new Rational(30, 1),
                RealFrameRate = new Rational(30, 1),
                FieldOrder = "progressive",
            },
        ],
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public byte[] this[string name] => Files[name];

    /// <summary>UPLOADED, with its ANALYZE job.</summary>
    public static async Task<(Guid VideoId, Guid JobId)> UploadAsync(HttpClient client, string filename = "walk.mp4", string? title = null)
    {
        var body = new UploadBody().File(UploadBody.Mp4(), filename);
        using var response = await client.PostAsync("/v1/videos", (title is null ? body : body.Field("title", title)).ToContent(), Cancellation);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return (answer.GetProperty("videoId").GetGuid(), answer.GetProperty("analyzeJobId").GetGuid());
    }

    /// <summary>ANALYZED, with its THUMBNAIL job.</summary>
    public static async Task<(Guid VideoId, Guid AnalyzeJobId, Guid ThumbnailJobId)> AnalyzeAsync(ApiProcess api, HttpClient client)
    {
        var (videoId, jobId) = await UploadAsync(client);
        var followers = await api.Services.GetRequiredService<CompleteJob>().AnalysisAsync(await ClaimAsync(api, jobId), Info, Cancellation);
        return (videoId, jobId, Assert.Single(followers!));
    }

    public static async Task<ClaimedJob> ClaimAsync(ApiProcess api, Guid jobId) =>
        (await api.Services.GetRequiredService<JobStore>().ClaimAsync(jobId, "test", Cancellation))?.Job
        ?? throw new InvalidOperationException("The job cannot be claimed.");

    public static async Task<Guid> RequestHlsAsync(HttpClient client, Guid videoId, object? request = null)
    {
        using var response = await client.PostAsync(
            $"/v1/videos/{videoId}/transcodes", request is null ? null : JsonContent.Create(request), Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("hlsJobId").GetGuid();
    }

    /// <summary>READY.</summary>
    public static async Task<PublishedVideo> CreateAsync(ApiProcess api, HttpClient client)
    {
        var (videoId, _, thumbnailJobId) = await AnalyzeAsync(api, client);
        var files = new Dictionary<string, byte[]>
        {
            [Segment] = RandomNumberGenerator.GetBytes(300_000),
            [Empty] = [],
            [Sound] = RandomNumberGenerator.GetBytes(1000),
            ["720p/index.m3u8"] = Encoding.UTF8.GetBytes($"#EXTM3U\n# {videoId}\n1.m4s\n"),
            [Master] = Encoding.UTF8.GetBytes($"#EXTM3U\n# {videoId}\n720p/index.m3u8\n"),
            [PlaybackService.ThumbnailName] = [0xff, 0xd8, 0xff, .. RandomNumberGenerator.GetBytes(500)],
            [Sprite] = [0xff, 0xd8, 0xff, .. RandomNumberGenerator.GetBytes(2000)],
            [StoryboardNames.Text] = Encoding.UTF8.GetBytes($"WEBVTT\n\nNOTE {videoId}\n\n00:00:00.000 --> 00:00:10.000\n{Sprite}#xywh=0,0,160,90\n"),
        };
        await PublishAsync(api, thumbnailJobId, files.Where(f => IsPicture(f.Key)), null);
        var hlsJobId = await RequestHlsAsync(client, videoId);
        await PublishAsync(api, hlsJobId, files.Where(f => !IsPicture(f.Key)), """{"ok": true}""");
        return new PublishedVideo(videoId, hlsJobId, files);
    }

    /// <summary>Ends a job of the video as it was ended before, with the same files.</summary>
    public Task PublishAgainAsync(ApiProcess api, Guid jobId, bool isThumbnail = false) =>
        PublishAsync(api, jobId, Files.Where(f => IsPicture(f.Key) == isThumbnail), isThumbnail ? null : """{"ok": true}""");

    /// <summary>The key of one of the files in the store.</summary>
    public async Task<string> KeyAsync(ApiProcess api, string name)
    {
        await using var scope = api.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<PlaybackService>().FindHlsFileAsync(Id, name, Cancellation)).Stored!.Key;
    }

    /// <summary>What the THUMBNAIL job publishes.</summary>
    private static bool IsPicture(string name) =>
        name is PlaybackService.ThumbnailName or StoryboardNames.Text || StoryboardNames.IsSprite(name);

    private static async Task PublishAsync(ApiProcess api, Guid jobId, IEnumerable<KeyValuePair<string, byte[]>> files, string? verification)
    {
        using var folder = new TestFolder();
        var local = new List<LocalFile>();
        foreach (var (name, bytes) in files)
        {
            var path = folder.Path($"{local.Count}");
            await File.WriteAllBytesAsync(path, bytes, Cancellation);
            local.Add(new LocalFile(name, path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), TypeOf(name)));
        }

        var services = api.Services;
        var publisher = new Publisher(
            services.GetRequiredService<NpgsqlDataSource>(),
            services.GetRequiredService<JobStatements>(),
            services.GetRequiredService<IObjectStore>(),
            services.GetRequiredService<CompleteJob>());
        await publisher.PublishAsync(await ClaimAsync(api, jobId), local, verification, _ => { }, Cancellation);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".m3u8" => Playlist,
        ".jpg" => "image/jpeg",
        ".vtt" => "text/vtt",
        _ => name.StartsWith("audio/", StringComparison.Ordinal) ? "audio/mp4" : "video/mp4",
    };
}
