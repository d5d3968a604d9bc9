using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>
/// A player without a screen: it asks for the playlists of a master again and again until they end, fetches what they name, and notes what
/// would break a real one: a playlist that changes but for its end, a segment that is not there, sound past the video's edge.
/// </summary>
internal sealed partial class GrowingViewer : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    // Rounding of each EXTINF to a microsecond.
    private const double Tolerance = 0.001;
    private readonly HttpClient _http = new();
    private readonly Uri _master;
    private readonly Dictionary<string, Playlist> _playlists = [];
    private readonly HashSet<string> _fetched = [];
    private readonly List<string> _faults = [];

    private GrowingViewer(string master) => _master = new Uri(master);

    public IReadOnlyList<string> Faults => _faults;

    public int Rounds { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>As soon as there is something to play, and before the whole is there.</summary>
    public static async Task<GrowingViewer> OpenAsync(KinoraClient user, Guid videoId)
    {
        var playback = default(System.Text.Json.JsonElement);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await user.Http.GetAsync($"/v1/videos/{videoId}/playback", Cancellation);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    return false;
                }

                playback = await user.BodyAsync(response, HttpStatusCode.OK);
                return true;
            },
            () => "nothing to play",
            KinoraClient.Patience);
        Assert.False(playback.GetProperty("complete").GetBoolean(), "it was whole before anybody looked");
        var viewer = new GrowingViewer(playback.Text("masterUrl")!);
        await viewer.OpenMasterAsync();
        return viewer;
    }

    /// <summary>In each variant, as ffmpeg decodes it.</summary>
    public static async Task ShouldHaveFramesAsync(KinoraClient user, Guid videoId, int frames)
    {
        var master = (await user.GetAsync($"/v1/videos/{videoId}/playback")).Text("masterUrl")!;
        using var http = new HttpClient();
        var text = await http.GetStringAsync(master, Cancellation);
        foreach (var uri in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var root = await Tools.FfprobeAsync(
                new Uri(new Uri(master), uri).AbsoluteUri, "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames");
            Assert.Equal(frames.ToString(CultureInfo.InvariantCulture), root.GetProperty("streams")[0].GetProperty("nb_read_frames").GetString());
        }
    }

    /// <summary>Until all playlists have their end.</summary>
    public async Task WatchToTheEndAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (_playlists.Values.Any(p => !p.IsComplete))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < KinoraClient.Patience, "it does not end");
            await RoundAsync();
            await Task.Delay(PollInterval, Cancellation);
        }
    }

    /// <summary>Everything that was ever named, once more.</summary>
    public async Task FetchAllAsync()
    {
        _fetched.Clear();
        foreach (var (uri, playlist) in _playlists)
        {
            await FetchAsync(new Uri(_master, uri), playlist);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task OpenMasterAsync()
    {
        var text = await _http.GetStringAsync(_master, Cancellation);
        foreach (Match match in MediaUri().Matches(text))
        {
            _playlists[match.Groups["uri"].Value] = Playlist.Empty;
        }

        Assert.Contains(_playlists.Keys, uri => !uri.Contains("audio", StringComparison.Ordinal));
        await RoundAsync();
    }

    private async Task RoundAsync()
    {
        Rounds++;

        // The sound first: what the video has come to meanwhile only makes its edge later.
        foreach (var uri in _playlists.Keys.OrderBy(uri => !uri.Contains("audio", StringComparison.Ordinal)).ToList())
        {
            var (address, before) = (new Uri(_master, uri), _playlists[uri]);
            using var response = await _http.GetAsync(address, Cancellation);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                _faults.Add($"{uri} is answered {(int)response.StatusCode}");
                continue;
            }

            var now = Playlist.Parse(await response.Content.ReadAsStringAsync(Cancellation));
            if (!now.Segments.Take(before.Segments.Count).SequenceEqual(before.Segments) || now.Segments.Count < before.Segments.Count
                || (before.Segments.Count > 0 && now.Target != before.Target))
            {
                _faults.Add($"{uri} has changed but for its end");
            }

            _playlists[uri] = now;
        }

        var encoded = _playlists.Where(p => p.Key.EndsWith("/audio.m3u8", StringComparison.Ordinal)).Select(p => p.Value.Seconds).SingleOrDefault();
        var edge = _playlists.Where(p => !p.Key.Contains("audio", StringComparison.Ordinal)).Min(p => p.Value.Seconds);
        if (encoded > edge + Tolerance && _playlists.Values.Any(p => !p.IsComplete))
        {
            _faults.Add($"sound up to {encoded} s, and pictures up to {edge} s");
        }

        foreach (var (uri, playlist) in _playlists.ToList())
        {
            await FetchAsync(new Uri(_master, uri), playlist);
        }
    }

    private async Task FetchAsync(Uri playlist, Playlist content)
    {
        foreach (var (uri, offset, length, _) in content.Segments.Where(s => _fetched.Add($"{playlist} {s.Uri} {s.Offset}")))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(playlist, uri));
            request.Headers.Range = new RangeHeaderValue(offset, offset + length - 1);
            using var response = await _http.SendAsync(request, Cancellation);
            var bytes = await response.Content.ReadAsByteArrayAsync(Cancellation);
            if (response.StatusCode != HttpStatusCode.PartialContent || bytes.Length != length)
            {
                _faults.Add($"{uri} {length}@{offset} is answered {(int)response.StatusCode} with {bytes.Length} bytes");
            }
        }
    }

    /// <summary>Of the variants and the sound; I-frame playlists and text are left to others.</summary>
    [GeneratedRegex("""^#EXT-X-MEDIA:TYPE=AUDIO.*URI="(?<uri>[^"]+)"|^(?<uri>[^#\n]+)$""", RegexOptions.Multiline)]
    private static partial Regex MediaUri();

    private sealed record Segment(string Uri, long Offset, long Length, double Seconds);

    private sealed record Playlist(IReadOnlyList<Segment> Segments, string? Target, bool IsComplete)
    {
        public static readonly Playlist Empty = new([], null, false);

        public double Seconds => Segments.Sum(s => s.Seconds);

        public static Playlist Parse(string text)
        {
            var segments = new List<Segment>();
            var (seconds, offset, length) = (0.0, 0L, 0L);
            foreach (var line in text.Split('\n'))
            {
                if (line.StartsWith("#EXTINF:", StringComparison.Ordinal))
                {
                    seconds = double.Parse(line[8..].TrimEnd(','), CultureInfo.InvariantCulture);
                }
                else if (line.StartsWith("#EXT-X-BYTERANGE:", StringComparison.Ordinal))
                {
                    var range = line[17..].Split('@');
                    (length, offset) = (long.Parse(range[0], CultureInfo.InvariantCulture), long.Parse(range[1], CultureInfo.InvariantCulture));
                }
                else if (line.Length > 0 && line[0] != '#')
                {
                    segments.Add(new Segment(line, offset, length, seconds));
                }
            }

            return new Playlist(
                segments,
                text.Split('\n').FirstOrDefault(line => line.StartsWith("#EXT-X-TARGETDURATION", StringComparison.Ordinal)),
                text.Contains("#EXT-X-ENDLIST", StringComparison.Ordinal));
        }
    }
}
