namespace Kinora.Core.Uploads;

/// <summary>What the uploader says of a file.</summary>
/// <param name="Title">Null: made from the file's name.</param>
/// <param name="OriginalFilename">As the client sent it; null when it sent none.</param>
/// <param name="Transcode">HLS is queued as soon as the analysis succeeds.</param>
public sealed record NewVideo(Guid OwnerId, string? Title, string? OriginalFilename, bool Transcode, string? RequestId);

public sealed record UploadedVideo(Guid VideoId, Guid AnalyzeJobId);
