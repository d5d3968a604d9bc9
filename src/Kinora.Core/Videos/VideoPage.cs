namespace Kinora.Core.Videos;

/// <param name="NextCursor">Null: there is no further page.</param>
public sealed record VideoPage(IReadOnlyList<Video> Items, string? NextCursor);
