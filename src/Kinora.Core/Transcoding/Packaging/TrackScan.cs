using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>What one pass over the boxes of an input tells: enough to cut it into segments, without its samples.</summary>
internal sealed record TrackScan(TrackInput Input, InitSegment Init, IReadOnlyList<FragmentRange> Fragments, long Frames)
{
    public static TrackScan Read(TrackInput input, CancellationToken cancellation)
    {
        using var stream = File.OpenRead(input.Path);
        var init = InitSegment.Read(stream);
        if (init.Description.Kind != input.Kind)
        {
            throw new IsoMediaException($"The track {input.Name} is not of the kind {input.Kind}.");
        }

        var fragments = new List<FragmentRange>();
        var frames = 0L;
        foreach (var fragment in FragmentReader.Read(stream, init))
        {
            cancellation.ThrowIfCancellationRequested();
            frames += fragment.Samples.Count;
            fragments.Add(FragmentRange.Of(fragment, init));
        }

        return fragments.Count > 0
            ? new TrackScan(input, init, fragments, frames)
            : throw new IsoMediaException($"The track {input.Name} has no fragments.");
    }
}

/// <summary>A fragment's place in its file and its time of presentation, in microseconds.</summary>
internal readonly record struct FragmentRange(long Offset, long Length, long FirstFrameLength, long StartUs, long EndUs)
{
    public long End => Offset + Length;

    public static FragmentRange Of(MovieFragment fragment, InitSegment init) => new(
        fragment.Offset,
        fragment.Length,
        fragment.FirstSampleEnd - fragment.Offset,
        new MediaTime(fragment.EarliestComposition + init.PresentationShift, init.Timescale).Microseconds,
        new MediaTime(fragment.CompositionEnd + init.PresentationShift, init.Timescale).Microseconds);
}
