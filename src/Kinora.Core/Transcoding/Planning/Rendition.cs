using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Planning;

/// <summary>One video rendition of a plan.</summary>
/// <param name="Name">The short side: "1080p".</param>
/// <param name="MaxBitRate">Bits per second: the encoder's cap (VBV), not a target; the buffer holds two seconds of it. Of a copy: the source's rate.</param>
/// <param name="FrameRate">The average; exact where frames are equally spaced.</param>
/// <param name="Reasons">Why it cannot be a copy of the source, as codes; none for a copy.</param>
public sealed record Rendition(
    string Name, int Width, int Height, int MaxBitRate, Rational FrameRate, RenditionMode Mode, IReadOnlyList<string> Reasons)
{
    public int ShortSide => Math.Min(Width, Height);
}

/// <summary>A copy has the source's own pictures, in the same segments.</summary>
public enum RenditionMode { Encode, Copy }
