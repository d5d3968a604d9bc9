using System.Net.Http.Headers;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.Benchmarks.Suites.Deployments;

/// <summary>An HLS as a player fetches it, with no right but its link.</summary>
internal sealed class PublishedHls(Uri master) : IDisposable
{
    private readonly HttpClient _player = new();

    /// <summary>What a player fetches before it shows the first picture: of the first variant, and of its sound.</summary>
    /// <returns>An init segment with the first media segment, of each track.</returns>
    public async Task<IReadOnlyList<byte[]>> FetchBeginningAsync(CancellationToken cancellation)
    {
        var parsed = await ReadMasterAsync(cancellation);
        var variant = parsed.Variants[0];
        var beginnings = new List<byte[]>();
        foreach (var track in parsed.Audio.Where(a => a["GROUP-ID"] == variant["AUDIO"]).Take(1).Prepend(variant))
        {
            var (uri, playlist) = await ReadTrackAsync(track, cancellation);
            var first = playlist.Segments[0];
            beginnings.Add([
                .. await ReadInitAsync(uri, playlist.Maps[0], cancellation),
                .. await ReadAsync(new Uri(uri, first.Uri), first.Offset, first.Length, cancellation),
            ]);
        }

        return beginnings;
    }

    /// <summary>Of all tracks: init segments and media segments.</summary>
    public async Task<long> SizeBytesAsync(CancellationToken cancellation)
    {
        var parsed = await ReadMasterAsync(cancellation);
        var size = 0L;
        foreach (var track in parsed.Variants.Concat(parsed.Audio).DistinctBy(t => t["URI"]))
        {
            size += SizeOf((await ReadTrackAsync(track, cancellation)).Playlist);
        }

        return size;
    }

    /// <summary>Each rendition of the pictures as one file, as a player would put it together.</summary>
    /// <returns>By their names.</returns>
    public async Task<IReadOnlyDictionary<string, RenditionFile>> SaveAsync(string folder, CancellationToken cancellation)
    {
        var saved = new Dictionary<string, RenditionFile>();
        foreach (var variant in (await ReadMasterAsync(cancellation)).Variants.DistinctBy(v => v["URI"]))
        {
            var name = Path.GetFileNameWithoutExtension(variant["URI"]);
            var path = Path.Combine(folder, $"{name}.mp4");
            var (uri, playlist) = await ReadTrackAsync(variant, cancellation);
            await using var file = File.Create(path);

            // Those of later spans say the same.
            await file.WriteAsync(await ReadInitAsync(uri, playlist.Maps[0], cancellation), cancellation);
            foreach (var segment in playlist.Segments)
            {
                await file.WriteAsync(await ReadAsync(new Uri(uri, segment.Uri), segment.Offset, segment.Length, cancellation), cancellation);
            }

            saved[name] = new RenditionFile(path, SizeOf(playlist));
        }

        return saved;
    }

    public void Dispose() => _player.Dispose();

    private static long SizeOf(PublishedPlaylist playlist) => playlist.Maps.Sum(LengthOf) + playlist.Segments.Sum(s => s.Length);

    private static long LengthOf(PublishedMap map) => map.Length ?? throw new FormatException("An init segment has no byte range.");

    private async Task<PublishedMaster> ReadMasterAsync(CancellationToken cancellation) =>
        PublishedMaster.Parse(await _player.GetStringAsync(master, cancellation));

    private async Task<(Uri Uri, PublishedPlaylist Playlist)> ReadTrackAsync(Dictionary<string, string> track, CancellationToken cancellation)
    {
        var uri = new Uri(master, track["URI"]);
        return (uri, PublishedPlaylist.Parse(await _player.GetStringAsync(uri, cancellation)));
    }

    private Task<byte[]> ReadInitAsync(Uri playlist, PublishedMap map, CancellationToken cancellation) =>
        ReadAsync(new Uri(playlist, map.Uri), 0, LengthOf(map), cancellation);

    private async Task<byte[]> ReadAsync(Uri uri, long offset, long length, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { Range = new RangeHeaderValue(offset, offset + length - 1) } };
        using var answer = await _player.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync(cancellation);
    }
}

/// <summary>The pictures of a rendition: an MP4.</summary>
/// <param name="SizeBytes">That a player fetches for it.</param>
internal sealed record RenditionFile(string Path, long SizeBytes);
