using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Kinora.Cli.Remote.Watching;

/// <summary>
/// A stream of Server-Sent Events that goes on: opened again when the connection is lost, falls silent or ends with the access token, from
/// behind the last event that has come.
/// </summary>
internal sealed class EventFollower(ApiConnection connection, TimeProvider time)
{
    private const string ContentType = "text/event-stream";

    /// <summary>Three heartbeats of the server's.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A server may be restarted meanwhile.</summary>
    private static readonly ApiCall Call = new("the stream of events")
    {
        Patience = TimeSpan.FromMinutes(2),
        Completion = HttpCompletionOption.ResponseHeadersRead,
    };

    /// <summary>Each beginning of the stream is an event of its own, without a type: what was read before it may be out of date.</summary>
    public async IAsyncEnumerable<ApiEvent> FollowAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? last = null;
        while (true)
        {
            using (var answer = await connection.SendAsync(Call, () => Request(path, last), cancellation))
            using (var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                silence.CancelAfter(Silence);
                await using var body = new ObservedStream(
                    await answer.Content.ReadAsStreamAsync(cancellation), null, _ => silence.CancelAfter(Silence));
                var parser = SseParser.Create(body, (_, data) => Parse(data));
                await using var items = parser.EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
                while (await MoveAsync(items, cancellation))
                {
                    // Progress has no id of its own.
                    last = items.Current.EventId ?? last;
                    if (items.Current.Data is { } told)
                    {
                        yield return told;
                    }
                }
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private static HttpRequestMessage Request(string path, string? last)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(ContentType));
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        return request;
    }

    /// <summary>What a later server may say in other words is passed over.</summary>
    private static ApiEvent? Parse(ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, ApiJson.Default.ApiEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>False: the stream has ended, however it did.</returns>
    private static async Task<bool> MoveAsync(IAsyncEnumerator<SseItem<ApiEvent?>> items, CancellationToken cancellation)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
