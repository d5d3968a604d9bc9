namespace Kinora.Core.Transcoding.Planning;

/// <summary>The one audio rendition: AAC-LC stereo, for all video renditions.</summary>
/// <param name="StreamIndex">In the source.</param>
/// <param name="SourceChannels">Downmixed to stereo; above 8 the first two are taken.</param>
/// <param name="Language">As the source has it.</param>
/// <param name="EndSamples">Cut or padded with silence to the video's end; null when that is not known beforehand.</param>
public sealed record AudioPlan(int StreamIndex, int SourceChannels, string? Language, long? EndSamples)
{
    public const int SampleRate = 48000;
    public const int Channels = 2;
    public const int BitRate = 128_000;
}
