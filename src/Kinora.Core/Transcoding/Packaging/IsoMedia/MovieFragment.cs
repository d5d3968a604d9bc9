namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>One moof with its mdat. Offsets are those of the file; times are ticks of the track.</summary>
public sealed class MovieFragment
{
    /// <summary>
    /// Some 3000 years at 90 kHz: sums of such times cannot overflow, and ffmpeg's wrapped negative times lie above.
    /// </summary>
    internal const long LatestTime = 1L << 53;

    internal MovieFragment(long offset, long length, uint sequence, long decodeTime, long firstSampleOffset, Sample[] samples)
    {
        Offset = offset;
        Length = length;
        Sequence = sequence;
        DecodeTime = decodeTime;
        FirstSampleOffset = firstSampleOffset;
        Samples = samples;
        EarliestComposition = long.MaxValue;
        LatestComposition = long.MinValue;
        var time = decodeTime;
        foreach (var sample in samples)
        {
            var composition = time + sample.CompositionOffset;
            EarliestComposition = Math.Min(EarliestComposition, composition);
            LatestComposition = Math.Max(LatestComposition, composition);
            CompositionEnd = Math.Max(CompositionEnd, composition + sample.Duration);
            time += sample.Duration;
        }

        DecodeEnd = time;
    }

    public long Offset { get; }
    public long Length { get; }
    public long End => Offset + Length;

    /// <summary>sequence_number of mfhd.</summary>
    public uint Sequence { get; }

    /// <summary>baseMediaDecodeTime of tfdt.</summary>
    public long DecodeTime { get; }

    /// <summary>When the next fragment has to start.</summary>
    public long DecodeEnd { get; }

    /// <summary>Composition times, to which the track's <see cref="InitSegment.PresentationShift"/> has yet to be added.</summary>
    public long EarliestComposition { get; }
    public long LatestComposition { get; }
    public long CompositionEnd { get; }

    public long FirstSampleOffset { get; }

    /// <summary>Where the first sample ends: the end of the byte range that an I-frame playlist gives.</summary>
    public long FirstSampleEnd => FirstSampleOffset + Samples[0].Size;

    /// <summary>Never empty.</summary>
    public IReadOnlyList<Sample> Samples { get; }
}

/// <summary>One sample of a trun box (§8.8.8), with what it inherits filled in.</summary>
public readonly record struct Sample(uint Size, uint Duration, uint Flags, int CompositionOffset)
{
    // sample_depends_on = 1 ("depends on nothing": an I picture) is left to the NAL units; this bit is what players look at (§8.8.3.1).
    private const uint IsNonSync = 0x10000;

    public bool IsSync => (Flags & IsNonSync) == 0;
}
