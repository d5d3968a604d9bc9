namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>What the ftyp and moov boxes of a fragmented file with one track tell of it.</summary>
public sealed record InitSegment
{
    /// <summary>Bytes from the start of the file to the end of moov: the init segment as it is published.</summary>
    public required long Length { get; init; }
    public required uint TrackId { get; init; }
    public required uint Timescale { get; init; }

    /// <summary>To be added to a composition time to get the time of presentation: what the edit list says (§8.6.6).</summary>
    public required long PresentationShift { get; init; }
    public required SampleDescription Description { get; init; }
    internal SampleDefaults Defaults { get; init; }

    /// <exception cref="IsoMediaException">The file is not what we can package.</exception>
    public static InitSegment Read(Stream stream)
    {
        foreach (var box in TopLevelBox.ReadAll(stream))
        {
            switch (box.Type)
            {
                case BoxType.Moov:
                    return MovieParser.Parse(box.ReadPayload(stream, MovieParser.LargestMovie), box.End);
                case BoxType.Moof or BoxType.Mdat:
                    throw new IsoMediaException("Media stand before the moov box.");
            }
        }

        throw new IsoMediaException("There is no moov box.");
    }
}

/// <summary>The values of trex that stand where a fragment is silent (§8.8.3).</summary>
internal readonly record struct SampleDefaults(uint Duration, uint Size, uint Flags);
