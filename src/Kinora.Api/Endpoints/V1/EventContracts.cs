using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Events;
using Kinora.Core.Jobs;

namespace Kinora.Api.Endpoints.V1;

/// <param name="Id">The same wherever it is told: what was told twice is known by it.</param>
/// <param name="Sequence">Among the events of its video: 1, 2, 3, without a gap.</param>
/// <param name="Position">In the log of all videos: grows.</param>
/// <param name="Type">`video.ready`, `job.failed`, ...; more types may come.</param>
/// <param name="Data">As it stood then.</param>
public sealed record EventResponse(
    Guid Id,
    [property: Example(7)] long Sequence,
    [property: Example(48151)] long Position,
    [property: Example(EventType.VideoReady)] string Type,
    Guid VideoId,
    DateTimeOffset CreatedAt,
    JsonElement Data)
{
    public static EventResponse Of(Event e) =>
        new(e.Id, e.Sequence!.Value, e.Position!.Value, e.Type, e.VideoId, e.CreatedAt, e.Data.RootElement);
}

/// <summary>
/// What an event says, as the database's triggers write it: of a video its `status` and `error`; of a job its `jobId`, `type`, `status`, `attempts`,
/// `progress` and `error`; of what a job has published its `jobId`, and the `rendition`.
/// </summary>
/// <param name="Status">Of the video, or of the job.</param>
/// <param name="Type">Of the job.</param>
/// <param name="Error">Why the video, or the job, is FAILED.</param>
/// <param name="Rendition">The one that is ready.</param>
public sealed record EventData(
    Guid? VideoId = null,
    [property: Example("READY")] string? Status = null,
    Guid? JobId = null,
    JobType? Type = null,
    int? Attempts = null,
    int? Progress = null,
    [property: Example("720p")] string? Rendition = null,
    FailureResponse? Error = null);

/// <param name="Next">To be given as `after` to go on from here.</param>
public sealed record EventListResponse(IReadOnlyList<EventResponse> Items, [property: Example(7)] long Next);

/// <param name="After">Only events behind it: a `sequence` of the video's, or a `position` of all.</param>
/// <param name="Limit">Events of an answer.</param>
/// <param name="Wait">Where there is none yet: for how many seconds to wait for one before an empty answer.</param>
public sealed record EventListQuery(
    [property: Range(typeof(long), "0", "9223372036854775807")] long? After,
    [property: Range(1, 100)] int? Limit,
    [property: Range(0, 60)] int? Wait);

/// <summary>In a stream: how far a job has come. It stands in no log, and has no id.</summary>
public sealed record JobProgressResponse(string Type, Guid VideoId, JobProgressData Data);

public sealed record JobProgressData(Guid JobId, string Type, int Progress, long? OutTimeMs);
