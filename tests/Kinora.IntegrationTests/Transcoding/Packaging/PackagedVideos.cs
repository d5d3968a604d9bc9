using System.Collections.Concurrent;
using Kinora.Core.Transcoding.Packaging;
using Xunit;

namespace Kinora.IntegrationTests.Transcoding.Packaging;

/// <summary>One package of each kind of source, made when a test first asks for it.</summary>
public sealed class PackagedVideos : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kinora-packaging-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<Task<PackagedVideo>>> _videos = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal Task<PackagedVideo> GetAsync(string kind) =>
        _videos.GetOrAdd(kind, new Lazy<Task<PackagedVideo>>(() => MakeAsync(SourceKind.All.Single(k => k.Name == kind)))).Value;

    private async Task<PackagedVideo> MakeAsync(SourceKind kind)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folder = Directory.CreateDirectory(Path.Combine(_folder, $"{Guid.CreateVersion7()}")).FullName;
        var video = await EncodedVideo.MakeAsync(folder, kind, cancellation);
        var output = Path.Combine(folder, "package");
        var package = await Packager.PackageAsync(video.Tracks, [], output, EncodedVideo.LongestSegment, video.Expectations, cancellation);
        return new PackagedVideo(video, package, output);
    }
}

internal sealed record PackagedVideo(EncodedVideo Video, Package Package, string Output);
