namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>The checks of a report in the making.</summary>
internal sealed class CheckList
{
    private readonly List<VerificationCheck> _checks = [];

    public bool AllPassed => _checks.TrueForAll(c => c.Passed);

    public void Add(string name, string? rendition, bool passed, string expected, string actual) =>
        _checks.Add(new VerificationCheck(name, rendition, passed, expected, actual));

    /// <summary>
    /// A check whose finding is a fault in words, or null; <paramref name="expected"/> then stands as what was found too.
    /// </summary>
    public void AddFault(string name, string? rendition, string expected, string? fault) =>
        Add(name, rendition, fault is null, expected, fault ?? expected);

    public void AddEqual(string name, string? rendition, string expected, string actual) =>
        Add(name, rendition, expected == actual, expected, actual);

    public VerificationReport ToReport() => new([.. _checks]);

    /// <summary>Seconds of microseconds, for people.</summary>
    public static string Seconds(long microseconds) => $"{microseconds / 1_000_000m:0.######} s";
}
