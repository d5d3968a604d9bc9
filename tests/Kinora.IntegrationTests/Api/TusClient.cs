using System.Globalization;
using System.Net;
using System.Text;

namespace Kinora.IntegrationTests.Api;

/// <summary>tus 1.0.0, a request at a time.</summary>
internal sealed class TusClient(HttpClient http)
{
    public const string ContentType = "application/offset+octet-stream";
    private static readonly Uri Uploads = new("/v1/uploads", UriKind.Relative);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Guid IdOf(Uri upload) => Guid.Parse(upload.OriginalString.Split('/')[^1]);

    public static string Metadata(params (string Key, string Value)[] pairs) =>
        string.Join(',', pairs.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    public static long OffsetOf(HttpResponseMessage response) => long.Parse(Header(response, "Upload-Offset")!, CultureInfo.InvariantCulture);

    public static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>Any request, as it is said, but for the version.</summary>
    public Task<HttpResponseMessage> SendAsync(
        string method, Uri target, IEnumerable<(string Name, string Value)> headers, HttpContent? content = null, CancellationToken? until = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(method), target) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (!request.Headers.Contains("Tus-Resumable"))
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
        }

        return http.SendAsync(request, until ?? Cancellation);
    }

    /// <summary>The upload's address.</summary>
    public async Task<Uri> CreateAsync(long length, params (string Name, string Value)[] headers)
    {
        using var response = await BeginAsync(length, null, headers);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Cancellation));
        return response.Headers.Location!;
    }

    public Task<HttpResponseMessage> BeginAsync(long length, byte[]? bytes, IEnumerable<(string Name, string Value)> headers) =>
        SendAsync("POST", Uploads, [("Upload-Length", length.ToString(CultureInfo.InvariantCulture)), .. headers], bytes is null ? null : Body(bytes));

    public Task<HttpResponseMessage> HeadAsync(Uri upload) => SendAsync("HEAD", upload, []);

    public async Task<long> OffsetAsync(Uri upload)
    {
        using var response = await HeadAsync(upload);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return OffsetOf(response);
    }

    public Task<HttpResponseMessage> PatchAsync(Uri upload, long offset, byte[] bytes, params (string Name, string Value)[] headers) =>
        PatchAsync(upload, offset, Body(bytes), headers);

    public Task<HttpResponseMessage> PatchAsync(
        Uri upload, long offset, HttpContent content, IEnumerable<(string Name, string Value)> headers, CancellationToken? until = null)
    {
        content.Headers.ContentType ??= new(ContentType);
        return SendAsync("PATCH", upload, [("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture)), .. headers], content, until);
    }

    public static ByteArrayContent Body(byte[] bytes, string type = ContentType) => new(bytes) { Headers = { ContentType = new(type) } };
}
