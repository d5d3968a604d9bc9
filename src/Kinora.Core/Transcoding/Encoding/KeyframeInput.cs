namespace Kinora.Core.Transcoding.Encoding;

internal static class KeyframeInput
{
    /// <summary>
    /// Options of an input of which keyframes are enough: discard drops packets before the decoder, skip_frame pictures in it; together half
    /// the time of either.
    /// </summary>
    public static IReadOnlyList<string> Only { get; } = ["-discard:v", "nokey", "-skip_frame", "nokey"];
}
