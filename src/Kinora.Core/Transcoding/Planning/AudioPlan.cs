namespace Kinora.Core.Transcoding.Planning;

/// <summary>One audio rendition, AAC-LC stereo, for all video renditions.</summary>
/// <param name="Name">"audio" for the first one, then "audio2", ...</param>
/// <param name="StreamIndex">In the source.</param>
/// <param name="SourceChannels">Downmixed to stereo; above 8 the first two are taken.</param>
/// <param name="Language">As the source has it.</param>
/// <param name="EndSamples">Cut or padded with silence to the video's end; null when that is not known beforehand.</param>
public sealed record AudioPlan(string Name, int StreamIndex, int SourceChannels, string? Language, long? EndSamples)
{
    public const int SampleRate = 48000;
    public const int Channels = 2;
    public const int BitRate = 128_000;

    public static string NameOf(int place) => place == 0 ? "audio" : FormattableString.Invariant($"audio{place + 1}");
}
