namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>What must hold of sound without pictures: all of its tracks start and end together, with the source.</summary>
internal static class SoundChecks
{
    // The encoder's priming, one AAC frame of 1024 samples, lies before 0.
    private const long PrimingUs = (1024 * 1_000_000L / 48_000) + 1;

    // How long the last packet of the source is can only be guessed, up to the longest of any codec.
    private const long LengthToleranceUs = 500_000;

    public static void Run(CheckList checks, IReadOnlyList<PublishedRendition> audio, Expectations expectations)
    {
        var expected = (long?)expectations.VideoDuration?.TotalMicroseconds;
        foreach (var track in audio)
        {
            var (start, end) = (track.Segments[0].Start.Microseconds, track.End.Microseconds);
            checks.Add(
                "starts-at-zero", track.Name, start is <= 0 and >= -PrimingUs, "0 s after the encoder's priming", CheckList.Seconds(start));
            checks.Add(
                "duration-is-that-of-the-source",
                track.Name,
                expected is null || Math.Abs(end - expected.Value) <= LengthToleranceUs,
                expected is { } known ? $"{CheckList.Seconds(known)} within {CheckList.Seconds(LengthToleranceUs)}" : "any: the source does not tell",
                CheckList.Seconds(end));
        }
    }
}
