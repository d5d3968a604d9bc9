using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>What in a stream's packets stands against copying them into segments that can be decoded by themselves, as codes.</summary>
internal static class CopyObstacles
{
    /// <param name="keys">The keyframes' times in ticks; ascending.</param>
    public static IEnumerable<string> Of(
        PacketIndex packets, ShownFrames shown, long[] keys, long end, int timeScale, bool isExact)
    {
        var longest = (long)SegmentPlanner.MaxSegmentSeconds * timeScale;
        if (keys.Length == 0 || keys[0] != 0 || keys.Zip(keys.Skip(1).Append(end), (from, to) => to - from).Any(gap => gap > longest))
        {
            yield return "video_gop_size";
        }

        if (shown.HasLeadingPictures)
        {
            yield return "leading_pictures";
        }
        else if (HasOpenGop(packets))
        {
            yield return "open_gop";
        }

        // What is decoded and not shown would be shown.
        if (packets.Flags.Any(flags => flags.HasFlag(PacketFlags.Discard)))
        {
            yield return "edit_list";
        }

        if (!isExact)
        {
            yield return "frames_not_exact";
        }
    }

    /// <summary>A picture after a keyframe in the file that is shown before it refers to what was before it.</summary>
    private static bool HasOpenGop(PacketIndex packets)
    {
        var key = long.MinValue;
        for (var i = 0; i < packets.Count; i++)
        {
            if (packets.Flags[i].HasFlag(PacketFlags.Key))
            {
                key = packets.Pts[i];
            }
            else if (packets.Pts[i] < key)
            {
                return true;
            }
        }

        return false;
    }
}
