using System.Globalization;
using System.Text;
using Kinora.Core.Playback;

namespace Kinora.Core.Transcoding.Encoding;

/// <summary>
/// WebVTT whose cues are pieces of pictures: "NAME.jpg#xywh=x,y,width,height" (Media Fragments URI 1.0 §4.2.2), as Video.js, Shaka, Vidstack
/// and JW Player read it. The names are relative to it.
/// </summary>
internal static class StoryboardText
{
    public static string Write(StoryboardPlan plan, long edition)
    {
        var text = new StringBuilder("WEBVTT\n");
        for (var tile = 0; tile < plan.TileCount; tile++)
        {
            var start = plan.Interval * tile;
            var end = tile == plan.TileCount - 1 ? plan.Duration : start + plan.Interval;
            var place = tile % plan.TilesInSprite;
            var (x, y) = (place % plan.Columns * plan.TileWidth, place / plan.Columns * plan.TileHeight);
            var sprite = StoryboardNames.Sprite(edition, tile / plan.TilesInSprite);
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n{Time(start)} --> {Time(end)}\n{sprite}#xywh={x},{y},{plan.TileWidth},{plan.TileHeight}\n");
        }

        return text.ToString();
    }

    // Two digits of hours, or more (WebVTT §4.1).
    private static string Time(TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}");
}
