using System.Text.Json;
using Kinora.Client.Models;
using Microsoft.Kiota.Abstractions;

namespace Kinora.Client;

/// <summary>A video that the server fetches by itself.</summary>
public sealed record FetchingVideo(Guid VideoId, Guid FetchJobId);

/// <summary>
/// POST /v1/videos takes two types of body, and a generated method has one: it would also hold a whole form in memory. Both stand here.
/// </summary>
public partial class KinoraClient
{
    private const string Json = "application/json";
    private const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Sends a file as it is read.</summary>
    /// <param name="file">Read from where it stands, and closed when it is sent, or cannot be.</param>
    /// <param name="title">Null: made from the file's name.</param>
    /// <param name="transcode">HLS is queued as soon as the analysis succeeds.</param>
    /// <param name="idempotencyKey">With it the same request may be sent again, and nothing is made twice.</param>
    public async Task<UploadResponse> UploadAsync(
        Stream file,
        string fileName,
        string? title = null,
        bool transcode = false,
        string? idempotencyKey = null,
        CancellationToken cancellation = default)
    {
        using var form = new MultipartFormDataContent();

        // Fields first: the server knows them before the bytes come.
        if (title is not null)
        {
            form.Add(new StringContent(title), "title");
        }

        if (transcode)
        {
            form.Add(new StringContent("true"), "transcode");
        }

        form.Add(new StreamContent(file), "file", fileName);
        var request = Creation(idempotencyKey);
        request.SetStreamContent(await form.ReadAsStreamAsync(cancellation), $"{form.Headers.ContentType}");
        return (await RequestAdapter.SendAsync(request, UploadResponse.CreateFromDiscriminatorValue, Errors, cancellation))!;
    }

    /// <summary>Has the server fetch a file from an address of the public Internet.</summary>
    /// <inheritdoc cref="UploadAsync"/>
    public async Task<FetchingVideo> FetchAsync(
        Uri url, string? title = null, bool transcode = false, string? idempotencyKey = null, CancellationToken cancellation = default)
    {
        var request = Creation(idempotencyKey);
        request.SetStreamContent(new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new { url = url.AbsoluteUri, title, transcode })), Json);
        await using var answer = (await RequestAdapter.SendPrimitiveAsync<Stream>(request, Errors, cancellation))!;
        return (await JsonSerializer.DeserializeAsync<FetchingVideo>(answer, JsonSerializerOptions.Web, cancellation))!;
    }

    private RequestInformation Creation(string? idempotencyKey)
    {
        var request = Request(Method.POST, "/videos", Json);
        if (idempotencyKey is not null)
        {
            request.Headers.Add(IdempotencyKey, idempotencyKey);
        }

        return request;
    }
}
