using Kinora.Api.Http.OpenApi;

namespace Kinora.Api.Endpoints.V1;

/// <param name="MasterUrl">Plays as it is in any HLS player, with no header to add, until `expiresAt`.</param>
/// <param name="Complete">False: more of it is being encoded.</param>
/// <param name="ThumbnailUrl">A JPEG; null until it is made, or where there are no pictures.</param>
/// <param name="StoryboardUrl">WebVTT with pictures for a seek bar, which players read as it is; null until it is made, or where none can be.</param>
/// <param name="EmbedUrl">A page with a player, for a frame in another page; what `/oembed` takes.</param>
public sealed record PlaybackResponse(
    [property: Example("https://video.example/v1/videos/0198f2b4-7c1e-7a52-9d0e-3f6b0c2a9d41/hls/~AQGY8rR8.../master.m3u8")] string MasterUrl,
    DateTimeOffset ExpiresAt,
    [property: Example(true)] bool Complete,
    [property: Example("https://video.example/v1/videos/0198f2b4-7c1e-7a52-9d0e-3f6b0c2a9d41/thumbnail/~AQGY8rR8...")] string? ThumbnailUrl,
    [property: Example("https://video.example/v1/videos/0198f2b4-7c1e-7a52-9d0e-3f6b0c2a9d41/storyboard/~AQGY8rR8.../storyboard.vtt")] string? StoryboardUrl,
    [property: Example("https://video.example/embed/0198f2b4-7c1e-7a52-9d0e-3f6b0c2a9d41/~AQGY8rR8...")] string EmbedUrl);

/// <summary>What was found when the published files were read back.</summary>
public sealed record VerificationResponse(bool Passed, IReadOnlyList<VerificationCheckResponse> Checks);

/// <param name="Name">Stable.</param>
/// <param name="Expected">For people, as is `actual`.</param>
/// <param name="Rendition">Absent where the check is of the whole.</param>
public sealed record VerificationCheckResponse(
    [property: Example("segments-start-with-idr")] string Name,
    bool Passed,
    [property: Example("an IDR picture")] string Expected,
    [property: Example("an IDR picture")] string Actual,
    [property: Example("720p")] string? Rendition = null);
