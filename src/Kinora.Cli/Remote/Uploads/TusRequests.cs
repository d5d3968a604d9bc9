using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Kinora.Cli.Remote.Uploads;

/// <summary>Where an upload stands.</summary>
/// <param name="VideoId">Null: bytes are missing.</param>
internal sealed record UploadState(long Offset, string? VideoId);

/// <summary>The requests of tus 1.0 (https://tus.io/protocols/resumable-upload) that an upload needs.</summary>
internal sealed class TusRequests(ApiConnection connection)
{
    private const string What = "the upload";
    private const string ContentType = "application/offset+octet-stream";

    /// <summary>As long as a server may take for what it does with bytes that have come.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromMinutes(2);

    /// <param name="key">The same one leads to the same upload.</param>
    /// <returns>Where it is.</returns>
    public async Task<Uri> CreateAsync(NewUpload upload, Guid key, CancellationToken cancellation)
    {
        using var answer = await connection.SendAsync(new ApiCall(What), () => Request(HttpMethod.Post, new Uri(connection.Server, "/v1/uploads"),
            ("Upload-Length", Text(upload.File.Size)),
            ("Upload-Metadata", Metadata(upload)),
            ("Idempotency-Key", key.ToString())), cancellation);
        var url = answer.Headers.Location is { } location ? new Uri(connection.Server, location) : null;

        // The access token goes along with all that follows.
        return url?.GetLeftPart(UriPartial.Authority) == connection.Server.GetLeftPart(UriPartial.Authority)
            ? url
            : throw new ServerUnreachable(connection.Server, "it has begun an upload without saying where.");
    }

    /// <returns>Null: there is none any more, or not for this user.</returns>
    public async Task<UploadState?> FindAsync(Uri url, CancellationToken cancellation)
    {
        try
        {
            using var answer = await connection.SendAsync(new ApiCall(What), () => Request(HttpMethod.Head, url), cancellation);
            return StateOf(answer);
        }
        catch (ApiRefusal refusal) when (refusal.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    /// <param name="onSent">Called with the count of the request's bytes that have gone.</param>
    public async Task<UploadState> SendAsync(Uri url, SourceFile file, long offset, long count, Action<long> onSent, CancellationToken cancellation)
    {
        // Once: where it breaks, the server is to be asked first how much has come.
        var call = new ApiCall(What) { Timeout = Stall, Patience = TimeSpan.Zero, IsRepeatable = false };
        using var answer = await connection.SendAsync(call, moved =>
        {
            var request = Request(HttpMethod.Patch, url, ("Upload-Offset", Text(offset)));

            // A refusal comes before the bytes do: behind them it could be lost with the connection.
            request.Headers.ExpectContinue = true;
            request.Content = new StreamContent(new ObservedStream(file.OpenAt(offset), count, sent =>
            {
                moved();
                onSent(sent);
            }));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
            request.Content.Headers.ContentLength = count;
            return request;
        }, cancellation);
        return StateOf(answer);
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri url, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private UploadState StateOf(HttpResponseMessage answer) =>
        long.TryParse(Header(answer, "Upload-Offset"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new UploadState(offset, Header(answer, "Kinora-Video-Id"))
            : throw new ServerUnreachable(connection.Server, "it does not say how much of the upload has come.");

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.First() : null;

    private static string Metadata(NewUpload upload)
    {
        List<string> pairs = [$"filename {Base64(upload.File.Name)}", $"transcode {Base64(upload.Transcode ? "true" : "false")}"];
        if (upload.Title is not null)
        {
            pairs.Add($"title {Base64(upload.Title)}");
        }

        return string.Join(',', pairs);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
