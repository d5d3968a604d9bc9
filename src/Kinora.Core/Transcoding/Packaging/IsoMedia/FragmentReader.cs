namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>
/// The fragments of a file in order, one at a time: a file of any size takes the memory of one moof. Works on ffmpeg's whole file and on a
/// span object, which has no moov of its own.
/// </summary>
public static class FragmentReader
{
    /// <exception cref="IsoMediaException">While enumerating: the file is damaged or is not what we can package.</exception>
    public static IEnumerable<MovieFragment> Read(Stream stream, InitSegment init) => Read(stream, init, TopLevelBox.ReadAll(stream));

    /// <inheritdoc cref="Read(Stream, InitSegment)"/>
    internal static IEnumerable<MovieFragment> Read(Stream stream, InitSegment init, IEnumerable<TopLevelBox> boxes)
    {
        TopLevelBox? pending = null;
        foreach (var box in boxes)
        {
            if (pending is { } moof)
            {
                if (box.Type != BoxType.Mdat)
                {
                    throw new IsoMediaException($"The fragment at {moof.Offset} is not followed by its data.");
                }

                yield return FragmentParser.Parse(moof.ReadPayload(stream, FragmentParser.LargestFragmentHeader), moof, box, init);
                pending = null;
            }
            else if (box.Type == BoxType.Moof)
            {
                pending = box;
            }
            else if (box.Type == BoxType.Mdat)
            {
                throw new IsoMediaException($"The data at {box.Offset} belong to no fragment.");
            }
        }

        if (pending is { } last)
        {
            throw new IsoMediaException($"The fragment at {last.Offset} is not followed by its data.");
        }
    }
}
