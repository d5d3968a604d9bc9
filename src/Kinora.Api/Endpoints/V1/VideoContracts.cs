using System.ComponentModel.DataAnnotations;
using Kinora.Api.Http;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Videos;

namespace Kinora.Api.Endpoints.V1;

/// <param name="SizeBytes">Null while it is FETCHING, as is the type.</param>
/// <param name="DurationMs">Known once the video is ANALYZED, like all that follows it up to the channels.</param>
/// <param name="Width">As displayed: after rotation and sample aspect ratio.</param>
/// <param name="Height">As displayed.</param>
/// <param name="Rotation">Clockwise degrees by which the coded picture is turned: 0, 90, 180 or 270.</param>
/// <param name="FrameRate">Average, in frames a second.</param>
/// <param name="BitRate">Of the whole file, in bits a second.</param>
/// <param name="Error">Why the video is FAILED.</param>
public sealed record VideoResponse(
    Guid Id,
    [property: Example("A walk by the sea")] string Title,
    [property: Example("walk.mov")] string OriginalFilename,
    [property: Example("READY")] VideoStatus Status,
    [property: Example(2429896)] long? SizeBytes,
    [property: Example("video/quicktime")] string? ContentType,
    [property: Example(7540)] long? DurationMs,
    [property: Example("mov,mp4,m4a,3gp,3g2,mj2")] string? Container,
    [property: Example(1280)] int? Width,
    [property: Example(720)] int? Height,
    [property: Example(0)] int? Rotation,
    [property: Example(29.97)] double? FrameRate,
    [property: Example(2578000)] long? BitRate,
    [property: Example("h264")] string? VideoCodec,
    [property: Example("aac")] string? AudioCodec,
    [property: Example(2)] int? AudioChannels,
    FailureResponse? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static VideoResponse Of(Video video)
    {
        var info = video.MediaInfo;
        var picture = info?.Video;
        var sound = info?.Audio;
        return new VideoResponse(
            video.Id,
            video.Title,
            video.OriginalFilename,
            video.Status,
            video.SizeBytes,
            video.ContentType,
            (info?.DurationUs ?? picture?.DurationUs) / 1000,
            info?.Container,
            picture?.DisplayWidth,
            picture?.DisplayHeight,
            picture?.Rotation,
            picture is { AverageFrameRate.IsKnown: true } ? Math.Round(picture.AverageFrameRate.ToDouble(), 3) : null,
            info?.BitRate,
            picture?.Codec,
            sound?.Codec,
            sound?.Channels,
            FailureResponse.Of(video.ErrorCode, video.ErrorMessage),
            video.CreatedAt,
            video.UpdatedAt);
    }
}

/// <param name="Code">Of the closed list of job errors.</param>
public sealed record FailureResponse([property: Example("CORRUPT")] string Code, [property: Example("The file is damaged.")] string Message)
{
    public static FailureResponse? Of(string? code, string? message) => code is null ? null : new FailureResponse(code, message ?? string.Empty);
}

public sealed record UploadResponse(Guid VideoId, Guid AnalyzeJobId);

/// <param name="Url">http or https, without a user name, to the public Internet. It is never shown again, and forgotten when its fetch has ended.</param>
/// <param name="Title">Absent: made from the last part of the address's path.</param>
/// <param name="Transcode">HLS is queued as soon as the analysis succeeds.</param>
public sealed record FetchRequest(
    [property: Example("https://media.example.org/walk.mp4")] string Url,
    [property: Example("A walk by the sea"), CharacterCount(1, Video.MaxTitleLength)] string? Title = null,
    [property: Example(true)] bool? Transcode = null);

public sealed record FetchResponse(Guid VideoId, Guid FetchJobId);

/// <param name="NextCursor">For the next page; null: this is the last one.</param>
public sealed record VideoListResponse(IReadOnlyList<VideoResponse> Items, string? NextCursor);

/// <param name="Limit">Videos of a page.</param>
/// <param name="Cursor">`nextCursor` of the page before.</param>
/// <param name="Status">Only videos of this status.</param>
/// <param name="Q">Only videos whose title or file name contains it, in any case.</param>
public sealed record VideoListQuery(
    [property: Range(1, 100)] int? Limit,
    [property: MaxLength(200)] string? Cursor,
    [property: AllowedValues(null, "FETCHING", "UPLOADED", "ANALYZED", "READY", "FAILED")] string? Status,
    [property: MaxLength(100)] string? Q);

public sealed record RenameRequest([property: Example("A walk by the sea"), CharacterCount(1, Video.MaxTitleLength)] string Title);
