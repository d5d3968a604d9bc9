using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>
/// Reads the objects of a rendition in the order of its playlist and holds the segments' ranges against the fragments found there.
/// </summary>
internal sealed class SegmentReader(InitSegment init)
{
    private readonly List<SegmentFacts> _segments = [];
    private long? _decodeEnd;

    public IReadOnlyList<SegmentFacts> Segments => _segments;

    /// <summary>The first range that is not one of whole fragments, or bytes that no range covers; null when there is none.</summary>
    public string? RangeFault { get; private set; }

    public long DecodeStart { get; private set; }

    public long DecodeEnd => _decodeEnd ?? 0;

    /// <summary>When each frame is presented, in ticks of the track; in the order in which they are decoded.</summary>
    public List<long> FrameTicks { get; } = [];

    /// <summary>The first gap or overlap between fragments; null when there is none.</summary>
    public string? DecodeTimeFault { get; private set; }

    public void ReadObject(string path, IReadOnlyList<PublishedSegment> ranges, CancellationToken cancellation)
    {
        using var stream = File.OpenRead(path);
        var fragments = new List<MovieFragment>();
        var next = 0;
        foreach (var fragment in FragmentReader.Read(stream, init))
        {
            cancellation.ThrowIfCancellationRequested();
            CheckDecodeTime(fragment);
            NoteTimes(fragment);
            if (fragments.Count > 0 && fragments[^1].End != fragment.Offset)
            {
                RangeFault ??= $"bytes between {fragments[^1].End} and {fragment.Offset} that belong to no fragment";
            }

            fragments.Add(fragment);
            if (next < ranges.Count && fragment.End >= ranges[next].Offset + ranges[next].Length)
            {
                Close(stream, ranges[next], fragments);
                fragments.Clear();
                next++;
            }
        }

        if (next < ranges.Count || fragments.Count > 0)
        {
            RangeFault ??= $"{next} of {ranges.Count} ranges, and {fragments.Count} fragments after them";
        }

        // What stands before the first range is the init segment, where the object has one.
        if (ranges[0].Offset + ranges.Sum(r => r.Length) is var sum && sum != stream.Length)
        {
            RangeFault ??= $"{sum} bytes in ranges of an object of {stream.Length}";
        }
    }

    private void CheckDecodeTime(MovieFragment fragment)
    {
        if (_decodeEnd is null)
        {
            DecodeStart = fragment.DecodeTime;
        }

        if (_decodeEnd is { } end && end != fragment.DecodeTime)
        {
            var kind = fragment.DecodeTime > end ? "a gap" : "an overlap";
            DecodeTimeFault ??= $"{kind} of {Math.Abs(fragment.DecodeTime - end)} ticks before the fragment at byte {fragment.Offset}";
        }

        _decodeEnd = fragment.DecodeEnd;
    }

    private void NoteTimes(MovieFragment fragment)
    {
        var time = fragment.DecodeTime + init.PresentationShift;
        foreach (var sample in fragment.Samples)
        {
            FrameTicks.Add(time + sample.CompositionOffset);
            time += sample.Duration;
        }
    }

    private void Close(Stream stream, PublishedSegment range, List<MovieFragment> fragments)
    {
        if (fragments[0].Offset != range.Offset || fragments[^1].End != range.Offset + range.Length)
        {
            RangeFault ??= $"fragments from {fragments[0].Offset} to {fragments[^1].End} for the range {range.Length}@{range.Offset}";
        }

        // An object that the playlist names twice would have its duration counted twice: times then overlap, which is its own check.
        _segments.Add(new SegmentFacts(
            TimeOf(fragments.Min(f => f.EarliestComposition)),
            TimeOf(fragments.Max(f => f.LatestComposition)),
            TimeOf(fragments.Max(f => f.CompositionEnd)),
            fragments.Sum(f => (long)f.Samples.Count),
            fragments[0].FirstSampleEnd - fragments[0].Offset,
            RandomAccessPoint.FindFault(stream, fragments[0], init.Description)));
    }

    private MediaTime TimeOf(long composition) => new(composition + init.PresentationShift, init.Timescale);
}
