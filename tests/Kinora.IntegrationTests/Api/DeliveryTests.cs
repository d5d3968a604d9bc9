using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Kinora.Core.Infra.Storage;

namespace Kinora.IntegrationTests.Api;

/// <summary>Ranges, conditions and headers of what players fetch.</summary>
public sealed class DeliveryTests(PlayableVideos videos) : IClassFixture<PlayableVideos>, IDisposable
{
    private readonly HttpClient _client = ApiFixture.CreateClient(videos.Api);
    private readonly string _signature = videos.Sign(videos.Video.Id);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private byte[] Segment => videos.Video[PublishedVideo.Segment];

    private string ETag => $"\"{Convert.ToHexStringLower(SHA256.HashData(Segment))}\"";

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=5-", 5, 299_995)]
    [InlineData("bytes=5-5", 5, 1)]
    [InlineData("bytes=-1", 299_999, 1)]
    [InlineData("bytes=-400000", 0, 300_000)]
    [InlineData("bytes=299990-400000", 299_990, 10)]
    [InlineData("bytes=0-9223372036854775807", 0, 300_000)]
    [InlineData("Bytes=100000-199999", 100_000, 100_000)]
    public async Task A_range_gives_exactly_its_bytes(string range, int offset, int length)
    {
        using var response = await GetAsync(PublishedVideo.Segment, ("Range", range));

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {offset}-{offset + length - 1}/{Segment.Length}", response.Content.Headers.ContentRange?.ToString());
        Assert.Equal(length, response.Content.Headers.ContentLength);
        Assert.Equal(Segment[offset..(offset + length)], await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData(PublishedVideo.Segment, "bytes=300000-")]
    [InlineData(PublishedVideo.Segment, "bytes=300005-300009")]
    [InlineData(PublishedVideo.Segment, "bytes=-0")]
    [InlineData(PublishedVideo.Empty, "bytes=0-")]
    [InlineData(PublishedVideo.Empty, "bytes=-5")]
    public async Task A_range_outside_of_the_object_is_not_satisfiable(string name, string range)
    {
        using var response = await GetAsync(name, ("Range", range));

        await response.ShouldBeErrorAsync(HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_NOT_SATISFIABLE");
        Assert.Equal($"bytes */{videos.Video[name].Length}", response.Content.Headers.ContentRange?.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Null(response.Headers.ETag);
    }

    [Theory]
    [InlineData("bytes=abc")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes=5-2")]
    [InlineData("bytes=0x1-0x2")]
    [InlineData("lines=0-1")]
    [InlineData("0-1")]
    [InlineData("bytes=18446744073709551616-")]
    [InlineData("bytes=0-18446744073709551616")]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("many")]
    public async Task A_malformed_range_and_several_ranges_give_the_whole_object_by_one_read(string range)
    {
        var before = Gets();
        var header = range == "many" ? "bytes=" + string.Join(',', Enumerable.Range(0, 1000).Select(i => $"{i}-{i + 1000}")) : range;

        using var response = await GetAsync(PublishedVideo.Segment, ("Range", header));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Segment, await response.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(before + 1, Gets());
    }

    [Theory]
    [InlineData("same", HttpStatusCode.PartialContent)]
    [InlineData("\"old\"", HttpStatusCode.OK)]
    [InlineData("weak", HttpStatusCode.OK)]
    [InlineData("Wed, 21 Oct 2026 07:28:00 GMT", HttpStatusCode.OK)]
    [InlineData("nonsense", HttpStatusCode.OK)]
    public async Task If_range_gives_the_part_only_of_the_same_bytes(string condition, HttpStatusCode status)
    {
        var value = condition switch { "same" => ETag, "weak" => $"W/{ETag}", _ => condition };

        using var response = await GetAsync(PublishedVideo.Segment, ("Range", "bytes=0-9"), ("If-Range", value));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK ? 300_000 : 10, (await response.Content.ReadAsByteArrayAsync(Cancellation)).Length);
    }

    [Theory]
    [InlineData("{0}", true)]
    [InlineData("W/{0}", true)]
    [InlineData("\"old\", {0}", true)]
    [InlineData("\"old\", W/{0}, \"older\"", true)]
    [InlineData("*", true)]
    [InlineData("\"old\"", false)]
    [InlineData("nonsense", false)]
    [InlineData("", false)]
    public async Task If_none_match_saves_the_body_of_the_same_bytes(string condition, bool matches)
    {
        var before = Gets();
        var value = string.Format(CultureInfo.InvariantCulture, condition, ETag);

        using var response = await GetAsync(PublishedVideo.Segment, ("If-None-Match", value), ("Range", "bytes=0-9"));

        Assert.Equal(matches ? HttpStatusCode.NotModified : HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(ETag, response.Headers.ETag?.ToString());
        Assert.NotNull(response.Headers.CacheControl);
        Assert.Equal(matches ? 0 : 10, (await response.Content.ReadAsByteArrayAsync(Cancellation)).Length);
        Assert.Equal(matches ? before : before + 1, Gets());
    }

    [Fact]
    public async Task Head_tells_what_get_would_and_reads_nothing()
    {
        using var get = await GetAsync(PublishedVideo.Segment);
        var before = Gets();

        using var head = await SendAsync(HttpMethod.Head, PublishedVideo.Segment, ("Range", "bytes=0-9"));

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(Segment.Length, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(before, Gets());
        Assert.Equal(Comparable(get), Comparable(head));
    }

    [Fact]
    public async Task Head_of_what_is_not_there_is_the_envelope_without_its_body()
    {
        using var head = await SendAsync(HttpMethod.Head, "nothing.m3u8");

        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        Assert.True(head.Content.Headers.ContentLength > 0);
    }

    [Theory]
    [InlineData(PublishedVideo.Master, "application/vnd.apple.mpegurl", "public, no-cache", "private, no-cache")]
    [InlineData(PublishedVideo.Segment, "video/mp4", "public, max-age=31536000, immutable", "private, max-age=31536000, immutable")]
    [InlineData(PublishedVideo.Sound, "audio/mp4", "public, max-age=31536000, immutable", "private, max-age=31536000, immutable")]
    public async Task Each_kind_of_object_has_its_headers(string name, string type, string signedCaching, string ownersCaching)
    {
        using var owner = ApiFixture.CreateClient(videos.Api, videos.Owner);
        using var signed = await GetAsync(name);
        using var owned = await owner.GetAsync($"/v1/videos/{videos.Video.Id}/hls/{name}", Cancellation);

        Assert.Equal(signedCaching, Header(signed, "Cache-Control"));
        Assert.Equal(ownersCaching, Header(owned, "Cache-Control"));
        Assert.All([signed, owned], response =>
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
            Assert.Equal("bytes", Header(response, "Accept-Ranges"));
            Assert.False(response.Headers.ETag!.IsWeak);
            Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
            Assert.StartsWith("default-src 'none'", Header(response, "Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Contains("sandbox", Header(response, "Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
            Assert.False(response.Headers.Contains("Set-Cookie"));
        });
        Assert.Equal(videos.Video[name], await signed.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal("cross-origin", Header(signed, "Cross-Origin-Resource-Policy"));
        Assert.Equal("same-origin", Header(owned, "Cross-Origin-Resource-Policy"));
        Assert.False(owned.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Parameters_that_caches_and_analytics_add_do_no_harm()
    {
        using var response = await GetAsync(PublishedVideo.Master + "?utm_source=x&_=1");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("cut")]
    [InlineData("longer")]
    public async Task An_object_that_is_not_what_its_manifest_says_is_unavailable_and_logged(string kind)
    {
        var path = Path.Combine(videos.Recorded.ObjectsDir, await videos.Video.KeyAsync(videos.Api, PublishedVideo.Sound));
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        switch (kind)
        {
            case "gone": File.Delete(path); break;
            case "cut": await File.WriteAllBytesAsync(path, bytes[..^1], Cancellation); break;
            default: await File.WriteAllBytesAsync(path, [.. bytes, 0], Cancellation); break;
        }

        using var response = await GetAsync(PublishedVideo.Sound);
        await File.WriteAllBytesAsync(path, bytes, Cancellation);

        await response.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("*", Header(response, "Access-Control-Allow-Origin"));
        Assert.Null(response.Headers.ETag);
        var requestId = Header(response, "X-Request-Id");
        Assert.Contains(videos.Recorded.Log.Lines, line =>
            line.StartsWith("Error ", StringComparison.Ordinal) && line.Contains(requestId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_breaks_off_breaks_the_connection_and_never_ends_the_body_early()
    {
        videos.Recorded.Store.OnRead = content => content! with { Stream = new BreakingStream(content.Stream, 150_000) };

        using var response = await GetAsync(PublishedVideo.Segment);
        var reading = response.Content.ReadAsByteArrayAsync(Cancellation);
        var failure = await Record.ExceptionAsync(() => reading);
        videos.Recorded.Store.OnRead = content => content;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.IsType<HttpRequestException>(failure);
        using var again = await GetAsync(PublishedVideo.Segment);
        Assert.Equal(Segment, await again.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Other_bytes_than_the_manifests_are_never_served_as_a_whole()
    {
        var failures = new List<Exception?>();
        using var playlist = await GetFlippedAsync(PublishedVideo.Master, failures);
        using var segment = await GetFlippedAsync(PublishedVideo.Segment, failures);

        // What has not begun is refused; what has begun breaks off.
        await playlist.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
        Assert.Equal(HttpStatusCode.OK, segment.StatusCode);
        Assert.Null(failures[0]);
        Assert.IsType<HttpRequestException>(failures[1]);
        using var again = await GetAsync(PublishedVideo.Segment);
        Assert.Equal(Segment, await again.Content.ReadAsByteArrayAsync(Cancellation));
    }

    /// <summary>One byte of the object turns over between the store and the API.</summary>
    private async Task<HttpResponseMessage> GetFlippedAsync(string name, List<Exception?> failures)
    {
        byte[] bytes = [.. videos.Video[name]];
        bytes[^1] ^= 1;
        videos.Recorded.Store.OnRead = content => content! with { Stream = new MemoryStream(bytes) };
        var response = await GetAsync(name);
        failures.Add(await Record.ExceptionAsync(() => response.Content.LoadIntoBufferAsync(Cancellation)));
        videos.Recorded.Store.OnRead = content => content;
        return response;
    }

    private static string Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : string.Empty;

    private static string Comparable(HttpResponseMessage response) => string.Join('\n', response.Headers
        .Concat(response.Content.Headers)
        .Where(header => header.Key != "Date" && !header.Key.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase))
        .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
        .Order());

    private int Gets() => videos.Recorded.Store.Calls.Count(call => call.StartsWith("get ", StringComparison.Ordinal));

    private Task<HttpResponseMessage> GetAsync(string name, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, name, headers);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string name, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, $"/v1/videos/{videos.Video.Id}/hls/{_signature}/{name}");
        foreach (var (header, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>A store that dies in the middle of an object.</summary>
    private sealed class BreakingStream(Stream inner, int after) : Stream
    {
        private int _left = after;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0)
            {
                throw new StorageException("The store went away.");
            }

            var read = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
