using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Kinora.Client.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Serialization;

namespace Kinora.Client;

/// <summary>A stream is no single answer: this is written by hand.</summary>
public partial class KinoraClient
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Events as they happen, each once and in order, over lost connections too. Of a video it ends with <see cref="EventType.VideoDeleted"/>;
    /// else with the cancellation, by leaving the loop, or with the <see cref="ErrorBody"/> of an answer that another attempt would not change.
    /// </summary>
    /// <param name="videoId">Null: the events of all videos.</param>
    /// <param name="after">Only what comes behind it: a <c>Sequence</c> of the video's, or a <c>Position</c> of all.</param>
    public async IAsyncEnumerable<EventResponse> FollowEventsAsync(
        Guid? videoId = null, long? after = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var last = after?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        while (true)
        {
            await using var events = ReadEventsAsync(videoId, last, cancellation).GetAsyncEnumerator(cancellation);
            while (await MoveAsync(events, cancellation))
            {
                var item = events.Current;
                last = item.EventId ?? last;

                // Without an id: how far a job has come, which stands in no log.
                if (item.EventId is null || item.EventType == "open")
                {
                    continue;
                }

                var told = await KiotaJsonSerializer.DeserializeAsync(item.Data, EventResponse.CreateFromDiscriminatorValue, cancellation);
                yield return told!;
                if (videoId is not null && told!.Type == EventType.VideoDeleted)
                {
                    yield break;
                }
            }

            await Task.Delay(ReconnectDelay, cancellation);
        }
    }

    private async IAsyncEnumerable<SseItem<string>> ReadEventsAsync(
        Guid? videoId, string? last, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = Request(Method.GET, videoId is { } id ? $"/videos/{id}/events" : "/events", "text/event-stream");
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(EventStream.SilenceLimit);
        await using var stream = new EventStream((await RequestAdapter.SendPrimitiveAsync<Stream>(request, Errors, silence.Token))!, silence);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(silence.Token))
        {
            yield return item;
        }
    }

    /// <returns>False: the stream has ended, or the connection, or nothing comes over it; it is to be opened again.</returns>
    private static async Task<bool> MoveAsync(IAsyncEnumerator<SseItem<string>> events, CancellationToken cancellation)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ApiException { ResponseStatusCode: 429 or >= 500 })
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
