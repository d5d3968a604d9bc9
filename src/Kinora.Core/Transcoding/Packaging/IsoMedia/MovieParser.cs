namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

/// <summary>The moov box of a fragmented file with one track: ISO/IEC 14496-12 §8.2 to §8.8.</summary>
internal static class MovieParser
{
    /// <summary>A moov with empty sample tables has about 1 KB; parameter sets and metadata can add some.</summary>
    public const int LargestMovie = 1 << 20;

    public static InitSegment Parse(ReadOnlySpan<byte> movie, long initLength)
    {
        var movieTimescale = ReadTimescale(Box.Find(movie, BoxType.Mvhd));
        var track = FindOnlyTrack(movie);
        var media = Box.Find(track, BoxType.Mdia);
        var timescale = ReadTimescale(Box.Find(media, BoxType.Mdhd));
        var tables = Box.Find(Box.Find(media, BoxType.Minf), BoxType.Stbl);
        var trackId = ReadTrackId(Box.Find(track, BoxType.Tkhd));
        return new InitSegment
        {
            Length = initLength,
            TrackId = trackId,
            Timescale = timescale,
            PresentationShift = ReadPresentationShift(track, timescale, movieTimescale),
            Description = SampleDescriptionParser.Parse(Box.Find(tables, BoxType.Stsd), ReadHandler(Box.Find(media, BoxType.Hdlr))),
            Defaults = ReadDefaults(Box.Find(movie, BoxType.Mvex), trackId),
        };
    }

    private static ReadOnlySpan<byte> FindOnlyTrack(ReadOnlySpan<byte> movie)
    {
        ReadOnlySpan<byte> track = default;
        var count = 0;
        foreach (var child in Box.Children(movie))
        {
            if (child.Type == BoxType.Trak)
            {
                track = child.Payload;
                count++;
            }
        }

        return count == 1 ? track : throw new IsoMediaException($"The file has {count} tracks and must have one.");
    }

    private static uint ReadTimescale(ReadOnlySpan<byte> header)
    {
        var cursor = new ByteCursor(header);
        var (version, _) = cursor.FullBox();
        cursor.Skip(version == 1 ? 16 : 8);
        var timescale = cursor.U32();
        return timescale > 0 ? timescale : throw new IsoMediaException("A timescale is 0.");
    }

    private static uint ReadTrackId(ReadOnlySpan<byte> header)
    {
        var cursor = new ByteCursor(header);
        var (version, _) = cursor.FullBox();
        cursor.Skip(version == 1 ? 16 : 8);
        return cursor.U32();
    }

    private static TrackKind ReadHandler(ReadOnlySpan<byte> handler)
    {
        var cursor = new ByteCursor(handler);
        cursor.FullBox();
        cursor.Skip(4);
        return cursor.U32() switch
        {
            BoxType.Vide => TrackKind.Video,
            BoxType.Soun => TrackKind.Audio,
            var other => throw new IsoMediaException($"A track of the kind {BoxType.ToText(other)} cannot be packaged."),
        };
    }

    /// <summary>
    /// ffmpeg writes one edit whose media_time is the delay of the first frame (B frames, AAC priming), and before it an empty edit where
    /// the track starts late. Other edit lists would cut or repeat media, which no HLS player can be asked to do.
    /// </summary>
    private static long ReadPresentationShift(ReadOnlySpan<byte> track, uint timescale, uint movieTimescale)
    {
        if (!Box.TryFind(track, BoxType.Edts, out var edits) || !Box.TryFind(edits, BoxType.Elst, out var list))
        {
            return 0;
        }

        var cursor = new ByteCursor(list);
        var (version, _) = cursor.FullBox();
        var count = cursor.U32();
        var delay = 0L;
        for (var i = 0; i < count; i++)
        {
            var duration = version == 1 ? cursor.U64() : cursor.U32();
            var mediaTime = version == 1 ? cursor.I64() : cursor.I32();
            var rate = cursor.U32();
            if (mediaTime == -1 && i == 0 && duration <= uint.MaxValue)
            {
                delay = (long)((UInt128)duration * timescale / movieTimescale);
            }
            else if (mediaTime is >= 0 and <= MovieFragment.LatestTime && rate == 0x10000 && i == count - 1)
            {
                return delay - mediaTime;
            }
            else
            {
                break;
            }
        }

        return count == 0 ? 0 : throw new IsoMediaException("The edit list does more than to shift the track.");
    }

    private static SampleDefaults ReadDefaults(ReadOnlySpan<byte> extends, uint trackId)
    {
        foreach (var child in Box.Children(extends))
        {
            if (child.Type != BoxType.Trex)
            {
                continue;
            }

            var cursor = new ByteCursor(child.Payload);
            cursor.FullBox();
            if (cursor.U32() == trackId)
            {
                cursor.Skip(4);
                return new SampleDefaults(cursor.U32(), cursor.U32(), cursor.U32());
            }
        }

        throw new IsoMediaException("The track has no trex box: the file is not fragmented.");
    }
}
