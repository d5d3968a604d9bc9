namespace Kinora.Core.Transcoding.Planning;

/// <summary>
/// How many frames a rendition must have. Exact (Min = Max) when each packet with a pts of its own is one shown frame; a range for pictures
/// coded as two fields, leading pictures of an open GOP and thinned frame rates; no Max where frames are made to fill a constant rate.
/// </summary>
public sealed record FrameExpectation(long Min, long? Max)
{
    public bool IsExact => Min == Max;

    public bool Admits(long frames) => frames >= Min && (Max is null || frames <= Max);
}
