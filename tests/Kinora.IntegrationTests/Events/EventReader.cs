using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Kinora.IntegrationTests.Events;

/// <summary>One message of a stream.</summary>
/// <param name="Id">Null: it has none.</param>
internal sealed record StreamMessage(long? Id, string Name, JsonElement Data)
{
    public string? Type => Data.TryGetProperty("type", out var type) ? type.GetString() : null;

    public long Sequence => Data.GetProperty("sequence").GetInt64();

    /// <summary>It is of the log.</summary>
    public bool IsEvent => Data.TryGetProperty("sequence", out _);

    public override string ToString() => $"{Id} {Name} {Data}";
}

/// <summary>A client of a stream of events.</summary>
internal static class EventReader
{
    /// <summary>Opens the stream; each enumeration ends when the server ends it, or who reads it does.</summary>
    public static async IAsyncEnumerable<StreamMessage> FollowAsync(
        this HttpClient http, string path, long? lastEventId = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var request = Request(path, lastEventId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {path}");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var parser = SseParser.Create(body, (_, bytes) => JsonDocument.Parse(bytes.ToArray()).RootElement);
        var before = string.Empty;
        await foreach (var item in parser.EnumerateAsync(cancellation))
        {
            // The parser remembers the last id; a message without one has none of its own.
            var id = parser.LastEventId != before ? long.Parse(parser.LastEventId, System.Globalization.CultureInfo.InvariantCulture) : (long?)null;
            before = parser.LastEventId;
            yield return new StreamMessage(id, item.EventType, item.Data);
        }
    }

    public static HttpRequestMessage Request(string path, long? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is { } id)
        {
            request.Headers.Add("Last-Event-ID", $"{id}");
        }

        return request;
    }
}
