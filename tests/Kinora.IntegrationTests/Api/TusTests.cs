using System.Net;
using Kinora.IntegrationTests.Queues;
using Microsoft.EntityFrameworkCore;

namespace Kinora.IntegrationTests.Api;

/// <summary>Each MUST of tus 1.0.0 and of its extensions that Kinora has, and what a client may do wrong.</summary>
public sealed class TusTests(ApiFixture fixture, TusApi tusApi) : TusTest(fixture, tusApi)
{
    private static readonly Uri Uploads = new("/v1/uploads", UriKind.Relative);

    [Fact]
    public async Task The_server_says_what_it_can_to_anybody()
    {
        using var client = ApiFixture.CreateClient(Server.Api);
        using var request = new HttpRequestMessage(HttpMethod.Options, Uploads);
        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("1.0.0", TusClient.Header(response, "Tus-Version"));
        Assert.Equal("1.0.0", TusClient.Header(response, "Tus-Resumable"));
        Assert.Equal("creation,creation-with-upload,expiration,checksum,termination", TusClient.Header(response, "Tus-Extension"));
        Assert.Equal(TusApi.MaxBytes.ToString(), TusClient.Header(response, "Tus-Max-Size"));
        Assert.Contains("sha1", TusClient.Header(response, "Tus-Checksum-Algorithm")!.Split(','));
    }

    [Fact]
    public async Task An_upload_in_three_requests_becomes_a_video()
    {
        var bytes = Film((11 * Megabyte) + 17);
        var metadata = TusClient.Metadata(("filename", "../a w\0alk\r\n.mp4"), ("title", "Ein Spaziergang 🐕"), ("transcode", "true"), ("filetype", "video/mp4")) + ",empty,thumb /w==";

        using var created = await Tus.BeginAsync(bytes.Length, null, [("Upload-Metadata", metadata)]);
        var upload = created.Headers.Location!;
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("1.0.0", TusClient.Header(created, "Tus-Resumable"));
        Assert.InRange(Expires(created), TimeProvider.System.GetUtcNow().AddHours(23), TimeProvider.System.GetUtcNow().AddHours(25));
        var offset = 0;
        foreach (var count in (int[])[3, (7 * Megabyte) + 1, bytes.Length - 4 - (7 * Megabyte)])
        {
            using var head = await Tus.HeadAsync(upload);
            Assert.Equal((offset, metadata), (TusClient.OffsetOf(head), TusClient.Header(head, "Upload-Metadata")));
            Assert.Equal(bytes.Length.ToString(), TusClient.Header(head, "Upload-Length"));
            Assert.True(head.Headers.CacheControl?.NoStore);
            using var patched = await Tus.PatchAsync(upload, offset, bytes[offset..(offset + count)]);
            offset += count;
            Assert.Equal((HttpStatusCode.NoContent, offset), (patched.StatusCode, TusClient.OffsetOf(patched)));
            Assert.Equal(offset == bytes.Length, TusClient.Header(patched, "Upload-Expires") is null);
            Assert.Equal(offset == bytes.Length, TusClient.Header(patched, "Kinora-Video-Id") is not null);
        }

        using var ended = await Tus.HeadAsync(upload);
        await AssertIsVideoAsync(ended, bytes);
        var video = await ReadVideoAsync(ended);
        Assert.Equal(("Ein Spaziergang 🐕", "a walk.mp4"), (video.GetProperty("title").GetString(), video.GetProperty("originalFilename").GetString()));
        using var late = await Tus.PatchAsync(upload, bytes.Length, []);
        await late.ShouldBeErrorAsync(HttpStatusCode.Forbidden, "FORBIDDEN");
        using var deleted = await Tus.SendAsync("DELETE", upload, []);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await Tus.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        await AssertIsVideoAsync(ended, bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(5 * Megabyte)]
    [InlineData(10 * Megabyte)]
    [InlineData((10 * Megabyte) + 1)]
    public async Task Whole_with_its_creation(int length)
    {
        var bytes = Film(Math.Max(length, 12))[..length];
        using var response = await Tus.BeginAsync(length, bytes, []);
        if (length < 12)
        {
            // No container has one byte.
            await response.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
            return;
        }

        Assert.Equal((HttpStatusCode.Created, length), (response.StatusCode, TusClient.OffsetOf(response)));
        await AssertIsVideoAsync(response, bytes);
    }

    [Fact]
    public async Task Byte_for_byte_in_many_requests()
    {
        var bytes = Film(4200);
        var upload = await Tus.CreateAsync(bytes.Length);
        for (var offset = 0; offset < bytes.Length; offset += 100)
        {
            using var patched = await Tus.PatchAsync(upload, offset, bytes[offset..(offset + 100)]);
            Assert.Equal(HttpStatusCode.NoContent, patched.StatusCode);
        }

        using var ended = await Tus.HeadAsync(upload);
        await AssertIsVideoAsync(ended, bytes);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("HEAD")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Another_version_is_not_looked_at(string method)
    {
        var upload = await Tus.CreateAsync(100);
        foreach (var version in (string[])["0.2.2", "1.0.0, 2.0.0", " "])
        {
            using var response = await Tus.SendAsync(method, method == "POST" ? Uploads : upload, [("Tus-Resumable", version), ("Upload-Length", "1"), ("Upload-Offset", "0")]);
            Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
            Assert.Equal("1.0.0", TusClient.Header(response, "Tus-Version"));
            Assert.Equal("1.0.0", TusClient.Header(response, "Tus-Resumable"));
        }

        Assert.Equal(0, await Tus.OffsetAsync(upload));
    }

    [Theory]
    [InlineData("Upload-Length", null)]
    [InlineData("Upload-Length", "-1")]
    [InlineData("Upload-Length", "1e3")]
    [InlineData("Upload-Length", "0")]
    [InlineData("Upload-Length", "99999999999999999999")]
    [InlineData("Upload-Defer-Length", "1")]
    [InlineData("Upload-Metadata", "title")]
    [InlineData("Upload-Metadata", "title ***")]
    [InlineData("Upload-Metadata", "title /w==")]
    [InlineData("Upload-Metadata", "a\tb eA==")]
    [InlineData("Upload-Metadata", "a eA==,a eA==")]
    [InlineData("Upload-Metadata", ",")]
    [InlineData("Upload-Metadata", "transcode bWF5YmU=")]
    [InlineData("Upload-Checksum", "sha1 short")]
    [InlineData("Upload-Checksum", "crc7 AAAA")]
    public async Task A_beginning_that_is_malformed(string header, string? value)
    {
        var headers = new List<(string, string)>();
        if (header != "Upload-Length")
        {
            headers.Add(("Upload-Length", "100"));
        }

        if (value is not null)
        {
            headers.Add((header, value));
        }

        using var response = await Tus.SendAsync("POST", Uploads, headers);

        await response.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal("1.0.0", TusClient.Header(response, "Tus-Resumable"));
        Assert.Equal(0, await Fixture.QueryAsync(db => db.Uploads.CountAsync(u => u.OwnerId == User.Id, Cancellation)));
    }

    [Fact]
    public async Task A_patch_has_an_offset_and_the_type_of_the_protocol()
    {
        var upload = await Tus.CreateAsync(100);
        foreach (var offset in (string?[])[null, "-1", "x", "0x0"])
        {
            using var malformed = await Tus.SendAsync("PATCH", upload, offset is null ? [] : [("Upload-Offset", offset)], TusClient.Body([1]));
            await malformed.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        }

        using var typed = await Tus.PatchAsync(upload, 0, TusClient.Body([1], "application/octet-stream"), []);
        await typed.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        using var elsewhere = await Tus.PatchAsync(upload, 7, [1]);
        await elsewhere.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        using var beyond = await Tus.PatchAsync(upload, 0, new byte[101]);
        await beyond.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        using var chunked = await Tus.PatchAsync(upload, 0, new StreamContent(new UnknownLengthStream(new byte[101])), []);
        await chunked.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        Assert.Equal(0, await Tus.OffsetAsync(upload));
    }

    [Theory]
    [InlineData("sha1", 5000)]
    [InlineData("sha256", (6 * Megabyte) + 1)]
    [InlineData("md5", 5000)]
    public async Task Bytes_that_are_not_those_of_their_checksum_do_not_count(string algorithm, int count)
    {
        var bytes = Film(count + 1);
        var upload = await Tus.CreateAsync(bytes.Length);
        var sent = bytes[..count];
        var checksum = $"{algorithm} {Convert.ToBase64String(Hash(algorithm, sent))}";
        var damaged = sent.ToArray();
        foreach (var place in (int[])[count - 1, 5])
        {
            // The fifth byte is what a container is known by: damaged, it is no media.
            damaged[place] ^= 1;
            using var wrong = await Tus.PatchAsync(upload, 0, damaged, ("Upload-Checksum", checksum));
            Assert.Equal(460, (int)wrong.StatusCode);
            Assert.Equal(0, await Tus.OffsetAsync(upload));
        }

        using var right = await Tus.PatchAsync(upload, 0, sent, ("Upload-Checksum", checksum));
        Assert.Equal((HttpStatusCode.NoContent, count), (right.StatusCode, TusClient.OffsetOf(right)));
        using var unknown = await Tus.PatchAsync(upload, count, bytes[count..], ("Upload-Checksum", "sha512 AAAA"));
        await unknown.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        using var last = await Tus.PatchAsync(upload, count, bytes[count..]);
        await AssertIsVideoAsync(last, bytes);
    }

    [Fact]
    public async Task A_beginning_whose_bytes_are_refused_leaves_no_upload()
    {
        var bytes = Film(5000);
        using var damaged = await Tus.BeginAsync(5000, bytes, [("Upload-Checksum", $"sha1 {Convert.ToBase64String(new byte[20])}")]);
        using var longer = await Tus.BeginAsync(4999, bytes, []);
        using var noMedia = await Tus.BeginAsync(5000, new byte[5000], []);

        Assert.Equal(
            [460, 413, 415], ((HttpResponseMessage[])[damaged, longer, noMedia]).Select(response => (int)response.StatusCode));
        Assert.Equal(0, await Fixture.QueryAsync(db => db.Uploads.CountAsync(u => u.OwnerId == User.Id, Cancellation)));
    }

    [Fact]
    public async Task What_is_taken_back_is_gone()
    {
        var upload = await Tus.CreateAsync(20 * Megabyte);
        using var patched = await Tus.PatchAsync(upload, 0, Film(12 * Megabyte));
        Assert.NotEmpty(Server.PartsOf(TusClient.IdOf(upload)));

        using var deleted = await Tus.SendAsync("DELETE", upload, []);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("1.0.0", TusClient.Header(deleted, "Tus-Resumable"));
        using var head = await Tus.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        using var again = await Tus.SendAsync("DELETE", upload, []);
        await again.ShouldBeErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.Empty(Server.PartsOf(TusClient.IdOf(upload)));
        Assert.Equal(2, await CountDoomedAsync(upload));
    }

    [Fact]
    public async Task What_is_no_media_is_refused_with_its_first_bytes_and_gone()
    {
        var upload = await Tus.CreateAsync(20 * Megabyte);

        using var refused = await Tus.PatchAsync(upload, 0, new byte[64 * 1024]);

        await refused.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        using var head = await Tus.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        Assert.Equal(2, await CountDoomedAsync(upload));
    }

    [Fact]
    public async Task A_method_may_stand_in_a_header()
    {
        var bytes = Film(5000);
        var upload = await Tus.CreateAsync(bytes.Length);

        using var patched = await Tus.SendAsync(
            "POST", upload, [("X-HTTP-Method-Override", "PATCH"), ("Upload-Offset", "0")], TusClient.Body(bytes));

        Assert.Equal(HttpStatusCode.NoContent, patched.StatusCode);
        await AssertIsVideoAsync(patched, bytes);
    }
}
