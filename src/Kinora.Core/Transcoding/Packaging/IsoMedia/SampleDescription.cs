namespace Kinora.Core.Transcoding.Packaging.IsoMedia;

public enum TrackKind { Video, Audio }

/// <summary>What the sample entry of a track says of its codec. Zero stands for what the kind does not have.</summary>
public sealed record SampleDescription
{
    public required TrackKind Kind { get; init; }

    /// <summary>As RFC 6381 writes it: "avc1.64001F", "mp4a.40.2", "hvc1.1.6.L93.B0".</summary>
    public required string Codec { get; init; }

    /// <summary>Pixels.</summary>
    public int Width { get; init; }
    public int Height { get; init; }
    public int Channels { get; init; }
    public int SampleRate { get; init; }

    /// <summary>How many bytes tell the length of each NAL unit: 1, 2 or 4.</summary>
    internal int NalLengthSize { get; init; }
    internal bool IsHevc { get; init; }

    /// <summary>The decoder configuration record, avcC or hvcC; in hexadecimal, so that descriptions are equal by value.</summary>
    internal string Configuration { get; init; } = "";
}
