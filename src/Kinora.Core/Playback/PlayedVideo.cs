namespace Kinora.Core.Playback;

/// <param name="Width">As displayed; null: not known, or there are no pictures.</param>
/// <param name="Height">As displayed.</param>
public sealed record PlayedVideo(string Title, int? Width, int? Height, bool HasThumbnail);
