namespace Kinora.Core.Transcoding.Planning;

/// <summary>One text track of the source (subtitles, captions), to be published as WebVTT.</summary>
/// <param name="Name">"text" for the first one, then "text2", ...</param>
/// <param name="StreamIndex">In the source.</param>
/// <param name="Language">As the source has it.</param>
/// <param name="IsForced">Only what is spoken in another language than the sound's.</param>
/// <param name="DescribesSound">Made for those who do not hear it.</param>
public sealed record TextTrackPlan(string Name, int StreamIndex, string? Language, bool IsForced, bool DescribesSound)
{
    public static string NameOf(int place) => place == 0 ? "text" : FormattableString.Invariant($"text{place + 1}");
}
