using System.Globalization;
using Kinora.Api.Http;
using Kinora.Api.Http.Events;
using Kinora.Api.Http.Identity;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Errors;
using Kinora.Core.Events;

namespace Kinora.Api.Endpoints.V1;

/// <summary>What has happened to a user's videos, and what happens: as a list, a list that waits, or a stream.</summary>
internal static class EventEndpoints
{
    private const int DefaultLimit = 100;

    private const string Description =
        "With `Accept: text/event-stream` Server-Sent Events, named `video` or `job`, whose `id` is what `Last-Event-ID` (or `after`) goes on "
        + "from: nothing is missed over a lost connection, and nothing comes twice. How far jobs have come is told at most twice a second, "
        + "without an id. The stream ends with the access token, and is to be opened again. Without it a list, which waits for the first event "
        + "where `wait` says so. TOO_MANY_REQUESTS: the user follows events in too many places.";

    public static void MapEvents(this IEndpointRouteBuilder v1)
    {
        v1.MapGet("/videos/{videoId}/events", OfVideoAsync).WithTags("Events").WithSummary("Follow a video")
            .WithDescription("From its first event on, or from `after`. " + Description)
            .Produces<EventListResponse>().AlsoStreams().TakesQuery("after", "limit", "wait")
            .Refuses(ErrorCode.Forbidden, ErrorCode.NotFound, ErrorCode.TooManyRequests);
        v1.MapGet("/events", OfAllAsync).WithTags("Events").WithSummary("Follow all videos")
            .WithDescription("A stream begins now, a list with the oldest event that is kept; or `after`. " + Description)
            .Produces<EventListResponse>().AlsoStreams().TakesQuery("after", "limit", "wait")
            .Refuses(ErrorCode.TooManyRequests);
    }

    private static async Task<IResult> OfVideoAsync(
        ResourceId videoId,
        [AsParameters] EventListQuery query,
        HttpContext context,
        CurrentUser user,
        EventLog log,
        EventStreams streams,
        CancellationToken cancellation)
    {
        await log.CheckAsync(user.Id, videoId, cancellation);
        var after = LastEventId(context) ?? query.After ?? 0;
        var source = new EventSource(
            (behind, limit, token) => log.OfVideoAsync(videoId, behind, limit, token), e => e.Sequence!.Value, e => e.Type == EventType.VideoDeleted);
        return await AnswerAsync(context, query, source, () => streams.Open(user.Id, videoId), _ => Task.FromResult(after), after, cancellation);
    }

    private static async Task<IResult> OfAllAsync(
        [AsParameters] EventListQuery query,
        HttpContext context,
        CurrentUser user,
        EventLog log,
        EventStreams streams,
        CancellationToken cancellation)
    {
        var after = LastEventId(context) ?? query.After;
        var source = new EventSource(
            (behind, limit, token) => log.OfOwnerAsync(user.Id, behind, limit, token), e => e.Position!.Value, _ => false);
        return await AnswerAsync(
            context, query, source, () => streams.Open(user.Id, null), async token => after ?? await log.LastPositionAsync(token), after ?? 0, cancellation);
    }

    /// <param name="begin">Where a stream begins.</param>
    /// <param name="after">Where a list begins.</param>
    private static async Task<IResult> AnswerAsync(
        HttpContext context,
        EventListQuery query,
        EventSource source,
        Func<EventStream> open,
        Func<CancellationToken, Task<long>> begin,
        long after,
        CancellationToken cancellation)
    {
        if (ServerSentEvents.AreAccepted(context.Request))
        {
            return new ServerSentEvents(open(), source, begin);
        }

        var limit = query.Limit ?? DefaultLimit;
        var events = await source.ReadAsync(after, limit, cancellation);
        if (events.Count == 0 && query.Wait is > 0 and var seconds)
        {
            using var stream = open();
            events = await WaitAsync(stream, source, after, limit, TimeSpan.FromSeconds(seconds), context, cancellation);
        }

        return TypedResults.Ok(new EventListResponse(
            [.. events.Select(EventResponse.Of)], events.Count == 0 ? after : source.NumberOf(events[^1])));
    }

    private static async Task<IReadOnlyList<Event>> WaitAsync(
        EventStream stream, EventSource source, long after, int limit, TimeSpan time, HttpContext context, CancellationToken cancellation)
    {
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
        var started = clock.GetTimestamp();
        while (true)
        {
            // Once more when it has begun to wait: what came in between woke nobody.
            var events = await source.ReadAsync(after, limit, cancellation);
            var left = time - clock.GetElapsedTime(started);
            if (events.Count > 0 || left <= TimeSpan.Zero || stopping.IsCancellationRequested)
            {
                return events;
            }

            try
            {
                await stream.WaitAsync(left, limited.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
        }
    }

    private static long? LastEventId(HttpContext context)
    {
        var text = context.Request.Headers["Last-Event-ID"].ToString();
        return text.Length == 0 ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : throw Refusal.Validation("Last-Event-ID", "Not the id of an event of this stream.");
    }
}
