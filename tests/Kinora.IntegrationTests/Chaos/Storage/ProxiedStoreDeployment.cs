using System.Net;
using System.Security.Cryptography;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Chaos.Proxies;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Storage;

/// <summary>
/// A deployment on a real S3 server, with a proxy that spoils calls between them, and a client that bears what the API may answer then:
/// UNAVAILABLE, or an answer that breaks off, and nothing else.
/// </summary>
public sealed class ProxiedStoreDeployment(SwiftServer swift) : IAsyncDisposable
{
    /// <summary>S3's smallest; a source is larger, so that it is put in parts.</summary>
    private const int PartBytes = 5 * 1024 * 1024;

    private readonly TestFolder _files = new();
    private Task? _started;

    public Deployment Deployment { get; private set; } = null!;

    public S3FaultProxy Proxy { get; private set; } = null!;

    public KinoraClient User { get; private set; } = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Clip => _files.Path("clip.mp4");

    /// <summary>Not as a fixture's initialization: a test can be skipped, a fixture cannot.</summary>
    public Task StartedAsync() => _started ??= StartAsync();

    private async Task StartAsync()
    {
        var bucket = await swift.BucketAsync($"spoiled-{Guid.CreateVersion7()}");
        Proxy = S3FaultProxy.Start(bucket.Endpoint!);
        bucket.Endpoint = Proxy.Url;
        Deployment = await Deployment.StartAsync(
            bucket, "Kinora__Storage__S3__Timeout=00:00:04", "Kinora__Storage__S3__MaxRetries=1", $"Kinora__Storage__S3__PartSizeBytes={PartBytes}",
            "Kinora__Jobs__BackoffBase=00:00:00.2", "Kinora__Jobs__BackoffMax=00:00:01", "Kinora__Collector__AbandonedGrace=00:00:05");
        var user = Deployment.CreateUserAsync();
        await Task.WhenAll(Deployment.StartWorkerAsync(), user);
        User = await user;
        await using var padded = new PaddedClip(await SourceClips.TinyAsync(), PartBytes + 1000);
        await using var file = File.Create(Clip);
        await padded.CopyToAsync(file);
    }

    public async ValueTask DisposeAsync()
    {
        User?.Dispose();
        if (Deployment is not null)
        {
            await Deployment.DisposeAsync();
        }

        if (Proxy is not null)
        {
            await Proxy.DisposeAsync();
        }

        _files.Dispose();
    }

    /// <summary>Once.</summary>
    /// <returns>Null: refused, and nothing is left of it in TMP_DIR.</returns>
    public async Task<(Guid VideoId, Guid JobId)?> TryUploadAsync()
    {
        using var response = await User.SendUploadAsync(Clip);
        if (response.StatusCode == HttpStatusCode.Created)
        {
            var body = await User.BodyAsync(response, HttpStatusCode.Created);
            return (body.GetProperty("videoId").GetGuid(), body.GetProperty("analyzeJobId").GetGuid());
        }

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Empty(Directory.EnumerateFiles(Deployment.UploadFolder));
        return null;
    }

    public async Task<(Guid VideoId, Guid JobId)> UploadAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        (Guid, Guid)? uploaded;
        while ((uploaded = await TryUploadAsync()) is null)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < KinoraClient.Patience, Deployment.Log);
        }

        return uploaded.Value;
    }

    /// <summary>All that is published of the video, as a player gets it, each file until it comes whole; the smallest first.</summary>
    /// <returns>Answers of other bytes than the manifest's.</returns>
    public async Task<IReadOnlyList<string>> PlayAsync(Guid videoId)
    {
        var violations = new List<string>();
        var promised = await PromisedObject.ReadAsync(Deployment.Database, Cancellation);
        foreach (var item in promised.Where(p => p.VideoId == videoId && p.Prefix.StartsWith("derivatives/", StringComparison.Ordinal)).OrderBy(p => p.SizeBytes))
        {
            var started = TimeProvider.System.GetTimestamp();
            byte[]? bytes;
            while ((bytes = await TryGetAsync($"/v1/videos/{videoId}/{item.ServedPath}")) is null)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(started) < KinoraClient.Patience, Deployment.Log);
            }

            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != item.Sha256)
            {
                violations.Add($"S4: {item.Key} was served with other bytes than the manifest's");
            }
        }

        return violations;
    }

    /// <summary>Once.</summary>
    /// <returns>Null: it was refused or broke off.</returns>
    public async Task<byte[]?> TryGetAsync(string path)
    {
        try
        {
            using var response = await User.Http.GetAsync(path, Cancellation);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return await response.Content.ReadAsByteArrayAsync(Cancellation);
            }

            await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
            return null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
