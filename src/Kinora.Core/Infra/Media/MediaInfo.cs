namespace Kinora.Core.Infra.Media;

/// <summary>What getMediaInfo tells of a file. Stored with the video as JSON.</summary>
public sealed record MediaInfo
{
    /// <summary>libavformat's demuxer name: "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts", ...</summary>
    public required string Container { get; init; }

    /// <summary>Microseconds; null when the file does not tell.</summary>
    public long? DurationUs { get; init; }

    /// <summary>Microseconds of the first timestamp.</summary>
    public long? StartTimeUs { get; init; }

    /// <summary>Bits per second over all streams.</summary>
    public long? BitRate { get; init; }

    public required IReadOnlyList<MediaStream> Streams { get; init; }

    /// <summary>The stream to show: the default one, else the largest; never cover art.</summary>
    public MediaStream? Video => Streams
        .Where(s => s.Kind == StreamKind.Video && !s.IsAttachedPicture)
        .OrderByDescending(s => s.IsDefault)
        .ThenByDescending(s => (long)s.Width * s.Height)
        .FirstOrDefault();

    /// <summary>There is nothing to see, and something to hear.</summary>
    public bool IsAudioOnly => Video is null && Audio is not null;

    /// <summary>
    /// The stream to hear: of those that can be decoded the default one, else the first. Phones put spatial sound that nobody else can
    /// decode beside plain AAC, and mark either as the default.
    /// </summary>
    public MediaStream? Audio => AudioTracks.FirstOrDefault();

    /// <summary>All that can be heard, in the order in which they are offered.</summary>
    public IEnumerable<MediaStream> AudioTracks => Streams.Where(AllowedMedia.IsUsableAudio).OrderByDescending(s => s.IsDefault);

    /// <summary>All that can be read beside the pictures, in the order of the file.</summary>
    public IEnumerable<MediaStream> TextTracks => Streams.Where(AllowedMedia.IsUsableText);
}

public enum StreamKind { Unknown, Video, Audio, Subtitle, Data, Attachment }

/// <summary>One stream. The video and audio members are zero or null on streams of another kind.</summary>
public sealed record MediaStream
{
    public required int Index { get; init; }
    public required StreamKind Kind { get; init; }

    /// <summary>libavcodec's name: "h264", "aac", ...; "none" when libavformat does not know it.</summary>
    public required string Codec { get; init; }
    public string? Profile { get; init; }
    public int? Level { get; init; }

    /// <summary>ISO 639-2 or BCP 47, as the file has it; null when absent or "und".</summary>
    public string? Language { get; init; }
    public bool IsDefault { get; init; }
    public bool IsAttachedPicture { get; init; }
    public bool IsEncrypted { get; init; }

    /// <summary>Of subtitles: only what is spoken in another language than the sound's, to be read by everybody.</summary>
    public bool IsForced { get; init; }

    /// <summary>Of subtitles: sounds are told too.</summary>
    public bool IsForHearingImpaired { get; init; }
    public required Rational TimeBase { get; init; }

    /// <summary>First pts, in units of <see cref="TimeBase"/>.</summary>
    public long? StartPts { get; init; }
    public long? DurationUs { get; init; }
    public long? BitRate { get; init; }

    /// <summary>As the container declares it: a hint, not a truth.</summary>
    public long? FrameCount { get; init; }

    /// <summary>Coded size in pixels, before rotation and sample aspect ratio.</summary>
    public int Width { get; init; }
    public int Height { get; init; }

    /// <summary>0/1 or 1/1 when unknown or square.</summary>
    public Rational SampleAspectRatio { get; init; }

    /// <summary>Clockwise degrees to turn the picture for display: 0, 90, 180 or 270; other angles are rounded to the nearest.</summary>
    public int Rotation { get; init; }

    /// <summary>The picture is flipped left to right, before <see cref="Rotation"/> turns it.</summary>
    public bool IsMirrored { get; init; }
    public string? PixelFormat { get; init; }

    /// <summary>Bits of a component; 8 when unknown.</summary>
    public int BitDepth { get; init; }
    public bool HasAlpha { get; init; }
    public Rational AverageFrameRate { get; init; }

    /// <summary>The lowest rate at which all timestamps can be told exactly (r_frame_rate).</summary>
    public Rational RealFrameRate { get; init; }

    /// <summary>"progressive", "tt", "bb", "tb", "bt" or "unknown".</summary>
    public string? FieldOrder { get; init; }

    /// <summary>libavutil's names ("tv", "pc", "bt709", "smpte2084", "arib-std-b67", ...); null when unspecified.</summary>
    public string? ColorRange { get; init; }
    public string? ColorPrimaries { get; init; }
    public string? ColorTransfer { get; init; }
    public string? ColorSpace { get; init; }

    /// <summary>The longest stretch without a keyframe in the index, or else in the first packets, in microseconds; null when unknown.</summary>
    public long? KeyframeIntervalUs { get; init; }

    public int Channels { get; init; }
    public string? ChannelLayout { get; init; }

    /// <summary>Hertz.</summary>
    public int SampleRate { get; init; }

    /// <summary>Width as shown: after sample aspect ratio and rotation.</summary>
    public int DisplayWidth => Rotation is 90 or 270 ? Height : AspectWidth;

    /// <summary>Height as shown: after sample aspect ratio and rotation.</summary>
    public int DisplayHeight => Rotation is 90 or 270 ? AspectWidth : Height;

    public bool IsInterlaced => FieldOrder is "tt" or "bb" or "tb" or "bt";
    public bool IsHdr => ColorTransfer is "smpte2084" or "arib-std-b67";

    // A sample aspect ratio outside 1:10 to 10:1 is damage, not geometry.
    private int AspectWidth => SampleAspectRatio is { Num: > 0, Den: > 0 } sar && sar.ToDouble() is > 0.1 and < 10
        ? (int)Math.Round(Width * sar.ToDouble(), MidpointRounding.AwayFromZero)
        : Width;
}
