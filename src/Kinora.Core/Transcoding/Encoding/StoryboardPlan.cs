using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>Which times of a video its storyboard shows, and how the tiles lie in the sprites. Tile k is for k times the interval on.</summary>
/// <param name="TileCount">Of all sprites, from left to right and from top to bottom; all but the last sprite are full.</param>
/// <param name="TileWidth">Pixels; even, as the height.</param>
public sealed record StoryboardPlan(TimeSpan Duration, TimeSpan Interval, int TileCount, int TileWidth, int TileHeight)
{
    // Ten by ten of these are 1600 pixels a side at most, which every phone decodes.
    private const int MaxTileSide = 160;
    private const int MaxSide = 10;

    // A finger on a seek bar of some hundred pixels does not tell more of them apart; two sprites hold them.
    private const int MaxTiles = 200;

    // Keyframes are rarely closer: more tiles would show the same pictures.
    private const int MinIntervalSeconds = 2;

    public int Columns => Math.Min(MaxSide, TileCount);

    /// <summary>Of each sprite; the last rows of the last one may be empty.</summary>
    public int Rows => (int)Math.Min(MaxSide, Ceiling(TileCount, Columns));

    public int SpriteCount => (int)Ceiling(TileCount, TilesInSprite);

    internal int TilesInSprite => Columns * Rows;

    /// <returns>Null: how long the video is is not known.</returns>
    public static StoryboardPlan? Of(MediaStream video, MediaInfo info)
    {
        // Whole milliseconds, as WebVTT tells times: the last cue must not end where it starts.
        var durationMs = (video.DurationUs ?? info.DurationUs ?? 0) / 1000;
        if (durationMs <= 0)
        {
            return null;
        }

        // Whole seconds, with which the times of frames can be compared exactly.
        var seconds = Math.Max(MinIntervalSeconds, Ceiling(durationMs, MaxTiles * 1000));
        var (width, height) = PictureFilters.SizeWithin(MaxTileSide, video);
        return new StoryboardPlan(
            TimeSpan.FromMilliseconds(durationMs), TimeSpan.FromSeconds(seconds), (int)Ceiling(durationMs, seconds * 1000), width, height);
    }

    private static long Ceiling(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}
