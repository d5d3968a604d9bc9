namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>The moof box with one traf: ISO/IEC 14496-12 §8.8.4 to §8.8.12.</summary>
internal static class FragmentParser
{
    /// <summary>An hour of 240 frames a second in one fragment, with 16 bytes a sample.</summary>
    public const int LargestFragmentHeader = 16 << 20;

    private const int MostSamples = 1 << 20;

    // The flags of tfhd (§8.8.7.1) and trun (§8.8.8.1).
    private const uint TfhdBaseDataOffset = 0x1;
    private const uint TfhdDescriptionIndex = 0x2;
    private const uint TfhdDuration = 0x8;
    private const uint TfhdSize = 0x10;
    private const uint TfhdFlags = 0x20;
    private const uint TrunDataOffset = 0x1;
    private const uint TrunFirstFlags = 0x4;
    private const uint TrunDuration = 0x100;
    private const uint TrunSize = 0x200;
    private const uint TrunFlags = 0x400;
    private const uint TrunComposition = 0x800;

    public static MovieFragment Parse(ReadOnlySpan<byte> payload, TopLevelBox moof, TopLevelBox mdat, InitSegment init)
    {
        var sequence = ReadSequence(Box.Find(payload, BoxType.Mfhd));
        var track = FindOnlyTrack(payload);
        var defaults = ReadHeader(Box.Find(track, BoxType.Tfhd), init);
        var decodeTime = ReadDecodeTime(Box.Find(track, BoxType.Tfdt));
        var (samples, dataOffset) = ReadRuns(track, defaults);

        // Offsets count from the moof (default-base-is-moof). All data must lie in the mdat that follows: a byte range carries both or
        // neither.
        var first = moof.Offset + dataOffset;
        var size = samples.Sum(s => (long)s.Size);
        if (first < mdat.Offset + mdat.HeaderSize || first + size > mdat.End)
        {
            throw new IsoMediaException($"The samples of the fragment at {moof.Offset} lie outside of its data.");
        }

        return new MovieFragment(moof.Offset, mdat.End - moof.Offset, sequence, decodeTime, first, samples);
    }

    private static uint ReadSequence(ReadOnlySpan<byte> header)
    {
        var cursor = new ByteCursor(header);
        cursor.FullBox();
        return cursor.U32();
    }

    private static ReadOnlySpan<byte> FindOnlyTrack(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> track = default;
        var count = 0;
        foreach (var child in Box.Children(payload))
        {
            if (child.Type == BoxType.Traf)
            {
                track = child.Payload;
                count++;
            }
        }

        return count == 1 ? track : throw new IsoMediaException($"A fragment has {count} tracks and must have one.");
    }

    private static SampleDefaults ReadHeader(ReadOnlySpan<byte> header, InitSegment init)
    {
        var cursor = new ByteCursor(header);
        var (_, flags) = cursor.FullBox();
        if (cursor.U32() != init.TrackId)
        {
            throw new IsoMediaException("A fragment belongs to another track.");
        }

        if ((flags & TfhdBaseDataOffset) != 0)
        {
            throw new IsoMediaException("A fragment has absolute offsets and cannot be moved: default_base_moof is missing.");
        }

        cursor.Skip((flags & TfhdDescriptionIndex) != 0 ? 4 : 0);
        return new SampleDefaults(
            (flags & TfhdDuration) != 0 ? cursor.U32() : init.Defaults.Duration,
            (flags & TfhdSize) != 0 ? cursor.U32() : init.Defaults.Size,
            (flags & TfhdFlags) != 0 ? cursor.U32() : init.Defaults.Flags);
    }

    private static long ReadDecodeTime(ReadOnlySpan<byte> box)
    {
        var cursor = new ByteCursor(box);
        var (version, _) = cursor.FullBox();
        var time = version == 1 ? cursor.U64() : cursor.U32();
        return time <= MovieFragment.LatestTime
            ? (long)time
            : throw new IsoMediaException("A fragment's decode time is out of range: it was negative and wrapped.");
    }

    private static (Sample[] Samples, int DataOffset) ReadRuns(ReadOnlySpan<byte> track, SampleDefaults defaults)
    {
        var samples = new List<Sample>();
        var dataOffset = 0;
        var nextOffset = 0L;
        foreach (var child in Box.Children(track))
        {
            if (child.Type != BoxType.Trun)
            {
                continue;
            }

            var from = samples.Count;
            var offset = ReadRun(child.Payload, defaults, samples) ?? (from == 0 ? null : nextOffset);
            if (offset is null || (from > 0 && offset != nextOffset))
            {
                // One run after the other from the start is what makes "moof to the end of the first sample" a range of one frame.
                throw new IsoMediaException("The runs of a fragment do not follow each other.");
            }

            if (from == 0)
            {
                dataOffset = (int)offset;
            }

            nextOffset = offset.Value + samples.Skip(from).Sum(s => (long)s.Size);
        }

        return samples.Count > 0 ? (samples.ToArray(), dataOffset) : throw new IsoMediaException("A fragment has no samples.");
    }

    private static long? ReadRun(ReadOnlySpan<byte> run, SampleDefaults defaults, List<Sample> samples)
    {
        var cursor = new ByteCursor(run);
        var (version, flags) = cursor.FullBox();
        var count = cursor.U32();
        int? dataOffset = (flags & TrunDataOffset) != 0 ? cursor.I32() : null;
        uint? firstFlags = (flags & TrunFirstFlags) != 0 ? cursor.U32() : null;

        // With defaults for everything a sample takes no bytes, so that the size of the box bounds nothing.
        if (count > MostSamples - samples.Count)
        {
            throw new IsoMediaException($"A fragment has more than {MostSamples} samples.");
        }

        for (var i = 0; i < count; i++)
        {
            var duration = (flags & TrunDuration) != 0 ? cursor.U32() : defaults.Duration;
            var size = (flags & TrunSize) != 0 ? cursor.U32() : defaults.Size;
            var sampleFlags = (flags & TrunFlags) != 0 ? cursor.U32() : defaults.Flags;
            var composition = (flags & TrunComposition) != 0 ? cursor.I32() : 0;
            if (version == 0 && composition < 0)
            {
                throw new IsoMediaException("A composition offset is out of range.");
            }

            samples.Add(new Sample(size, duration, i == 0 && firstFlags is { } first ? first : sampleFlags, composition));
        }

        return dataOffset;
    }
}
