using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kinora.Cli.Remote;

// What the command reads of the API's answers, and gives out with --json; whatever else they hold is passed over.
// What has no default is in every answer of Kinora's: without it the answer is somebody else's.
internal sealed record Credentials(string Email, string Password);

internal sealed record RefreshRequest(string RefreshToken);

internal sealed record Tokens(string AccessToken, string RefreshToken, int ExpiresIn);

internal sealed record FetchRequest(string Url, string? Title, bool Transcode);

internal sealed record Submitted(string VideoId);

internal sealed record Retried(string JobId);

internal sealed record Failure(string Code, string Message);

internal sealed record Video(
    string Id,
    string Title,
    string OriginalFilename,
    string Status,
    long? SizeBytes,
    long? DurationMs,
    int? Width,
    int? Height,
    Failure? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

internal sealed record VideoPage(IReadOnlyList<Video> Items, string? NextCursor);

internal sealed record Job(
    string Id,
    string VideoId,
    string Type,
    string Status,
    int Progress,
    int Attempts,
    Failure? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt)
{
    [JsonIgnore]
    public bool HasEnded => Status is "SUCCEEDED" || HasFailed;

    [JsonIgnore]
    public bool HasFailed => Status is "FAILED" or "CANCELED";
}

internal sealed record JobList(IReadOnlyList<Job> Items);

internal sealed record Playback(string MasterUrl, bool Complete);

internal sealed record ErrorAnswer(string? Code = null, string? Message = null, JsonElement? Details = null);

/// <param name="Type">`video.ready`, `job.failed`, `job.progress`, ...; null: the stream has begun.</param>
internal sealed record ApiEvent(string? Type = null, string VideoId = "", DateTimeOffset? CreatedAt = null, EventData? Data = null);

internal sealed record EventData(
    string? JobId = null, string? Type = null, string? Status = null, int? Attempts = null, int? Progress = null, Failure? Error = null);

[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(Tokens))]
[JsonSerializable(typeof(FetchRequest))]
[JsonSerializable(typeof(Submitted))]
[JsonSerializable(typeof(Retried))]
[JsonSerializable(typeof(Video))]
[JsonSerializable(typeof(VideoPage))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(Playback))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(ApiEvent))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class ApiJson : JsonSerializerContext;
