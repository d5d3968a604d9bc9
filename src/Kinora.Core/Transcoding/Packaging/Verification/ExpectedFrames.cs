namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>
/// How many frames each rendition must have. Packets are not always frames (field-coded H.264 has two a frame, VP8 has hidden ones): the
/// caller tells an exact number, a range, or that it does not know.
/// </summary>
public sealed record ExpectedFrames
{
    public static readonly ExpectedFrames Unknown = new(1, long.MaxValue);

    private ExpectedFrames(long least, long most) => (Least, Most) = (least, most);

    public long Least { get; }
    public long Most { get; }

    public static ExpectedFrames Exactly(long count) => new(count, count);

    public static ExpectedFrames Between(long least, long most) => new(least, most);

    public bool Includes(long count) => count >= Least && count <= Most;

    public override string ToString() =>
        Most == long.MaxValue ? "any number of frames" : Least == Most ? $"{Least} frames" : $"{Least} to {Most} frames";
}
