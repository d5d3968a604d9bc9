using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Kinora.Core.Infra.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kinora.IntegrationTests.Api;

/// <summary>A client of tus, and what an upload has become.</summary>
public abstract class TusTest(ApiFixture fixture, TusApi tusApi) : IClassFixture<TusApi>, IAsyncLifetime
{
    protected const int Megabyte = 1024 * 1024;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected ApiFixture Fixture => fixture;

    protected TusApi Server => tusApi;

    protected ApiUser User { get; private set; } = null!;

    protected HttpClient Http { get; private set; } = null!;

    private protected TusClient Tus { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        User = await fixture.CreateUserAsync();
        Http = ApiFixture.CreateClient(tusApi.Api, User);
        Tus = new TusClient(Http);
    }

    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        User.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Begins as a video does; the rest is noise.</summary>
    private protected static byte[] Film(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        UploadBody.Mp4(12).CopyTo(bytes, 0);
        return bytes;
    }

    private protected static byte[] Hash(string algorithm, byte[] bytes) => CryptographicOperations.HashData(new HashAlgorithmName(algorithm.ToUpperInvariant()), bytes);

    private protected static DateTimeOffset Expires(HttpResponseMessage response) =>
        DateTimeOffset.ParseExact(TusClient.Header(response, "Upload-Expires")!, "R", System.Globalization.CultureInfo.InvariantCulture);

    private protected async Task AssertIsVideoAsync(HttpResponseMessage response, byte[] bytes)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        var video = await ReadVideoAsync(response);
        var videoId = video.GetProperty("id").GetGuid();
        Assert.Equal(("UPLOADED", "video/mp4"), (video.GetProperty("status").GetString(), video.GetProperty("contentType").GetString()));
        Assert.Equal(bytes.Length, video.GetProperty("sizeBytes").GetInt64());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(tusApi.ObjectsDir, ObjectKey.Source(videoId)), Cancellation));
        var checksum = await fixture.QueryAsync(db => db.Videos.Where(v => v.Id == videoId).Select(v => v.Sha256).SingleAsync(Cancellation));
        using var hash = SourceHash.Like(checksum);
        hash.Append(bytes);
        Assert.Equal(checksum, hash.Finish());
        var job = await Http.GetFromJsonAsync<JsonElement>($"/v1/jobs/{TusClient.Header(response, "Kinora-Analyze-Job-Id")}", Cancellation);
        Assert.Equal(("ANALYZE", videoId), (job.GetProperty("type").GetString(), job.GetProperty("videoId").GetGuid()));
        Assert.Empty(tusApi.PartsOf(videoId));
        Assert.Empty(tusApi.TailsOf(videoId));
    }

    private protected Task<JsonElement> ReadVideoAsync(HttpResponseMessage response) =>
        Http.GetFromJsonAsync<JsonElement>($"/v1/videos/{TusClient.Header(response, "Kinora-Video-Id")}", Cancellation);

    private protected Task<int> CountDoomedAsync(Uri upload)
    {
        var id = TusClient.IdOf(upload);
        return fixture.QueryAsync(db => db.StorageIntents.CountAsync(i => i.VideoId == id && i.State == IntentState.Doomed, Cancellation));
    }

    private protected Task<long> StoredOffsetAsync(Uri upload)
    {
        var id = TusClient.IdOf(upload);
        return fixture.QueryAsync(db => db.Uploads.Where(u => u.Id == id).Select(u => u.OffsetBytes).SingleAsync(Cancellation));
    }
}
