using System.Buffers;
using System.Globalization;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kinora.Api.Endpoints.V1;
using Kinora.Core.Events;
using Kinora.Core.Jobs;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Kinora.Api.Http.Events;

/// <summary>
/// Events as they come (HTML Living Standard §9.2), until the client leaves, its token ends or the process does. The first one has no data
/// but an id, so that who loses the connection before the first real event knows where to go on.
/// </summary>
internal sealed class ServerSentEvents(EventStream stream, EventSource source, Func<CancellationToken, Task<long>> begin) : IResult
{
    public const string ContentType = "text/event-stream";
    private const int Batch = 100;

    /// <summary>Below what proxies take for a dead connection (nginx: 60 s).</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Jobs whose end has been told: of them no progress comes late.</summary>
    private readonly HashSet<Guid> _ended = [];

    public static bool AreAccepted(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var _ = stream;
        var services = httpContext.RequestServices;
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        if (LeftOf(httpContext.User, services.GetRequiredService<TimeProvider>()) is { } left)
        {
            ending.CancelAfter(left);
        }

        try
        {
            await SendAsync(httpContext, services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // All that was flushed has come; the client opens it again, behind the last id.
        }
    }

    private async Task SendAsync(HttpContext context, JsonSerializerOptions json, CancellationToken cancellation)
    {
        var after = await begin(cancellation);
        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        Write(response, $"retry: 1000\nid: {after}\nevent: open\ndata: {{}}\n\n");
        while (true)
        {
            IReadOnlyList<Event> events;
            do
            {
                events = await source.ReadAsync(after, Batch, cancellation);
                foreach (var e in events)
                {
                    after = source.NumberOf(e);
                    Write(response, $"id: {after}\nevent: {EventType.SubjectOf(e.Type)}\ndata: {Json(EventResponse.Of(e), json)}\n\n");
                    Note(e);
                    if (source.IsLast(e))
                    {
                        await FlushAsync(response, cancellation);
                        return;
                    }
                }

                await FlushAsync(response, cancellation);
            }
            while (events.Count == Batch);

            await SendProgressAsync(response, json, cancellation);
        }
    }

    /// <summary>Until the log is to be read again.</summary>
    private async Task SendProgressAsync(HttpResponse response, JsonSerializerOptions json, CancellationToken cancellation)
    {
        while (true)
        {
            if (!await stream.WaitAsync(Heartbeat, cancellation))
            {
                // A look costs little, and nobody has to trust that each wake comes.
                Write(response, $":\n\n");
                return;
            }

            // The log first: it may tell the end of a job whose progress waits here.
            if (stream.TakeHasEvents())
            {
                return;
            }

            foreach (var progress in stream.TakeProgress().Where(p => !_ended.Contains(p.JobId)))
            {
                var told = new JobProgressResponse(
                    EventType.JobProgress, progress.VideoId,
                    new JobProgressData(progress.JobId, progress.Type.ToString().ToUpperInvariant(), progress.Progress, progress.OutTimeMs));
                Write(response, $"event: job\ndata: {Json(told, json)}\n\n");
            }

            await FlushAsync(response, cancellation);
        }
    }

    private void Note(Event e)
    {
        if (e.Type is EventType.JobSucceeded or EventType.JobFailed or EventType.JobCanceled)
        {
            _ended.Add(e.Data.RootElement.GetProperty("jobId").GetGuid());
        }
    }

    private static async Task FlushAsync(HttpResponse response, CancellationToken cancellation)
    {
        if ((await response.BodyWriter.FlushAsync(cancellation)).IsCompleted)
        {
            throw new OperationCanceledException("The client has left.", cancellation);
        }
    }

    private static void Write(HttpResponse response, FormattableString text) =>
        Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture), response.BodyWriter);

    /// <summary>Without line ends: a line is a field.</summary>
    private static string Json<T>(T value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(value, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));

    private static TimeSpan? LeftOf(ClaimsPrincipal user, TimeProvider time) =>
        long.TryParse(user.FindFirst("exp")?.Value, CultureInfo.InvariantCulture, out var seconds)
        && DateTimeOffset.FromUnixTimeSeconds(seconds) - time.GetUtcNow() is var left
            ? (left > TimeSpan.Zero ? left : TimeSpan.Zero)
            : null;
}
