using System.Text.Json.Serialization;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>What was found when a package was read back from disk. Stored with the video and shown as it is.</summary>
public sealed record VerificationReport(IReadOnlyList<VerificationCheck> Checks)
{
    public bool Passed => Checks.All(c => c.Passed);

    /// <summary>In words, for the job's error; null when all passed.</summary>
    public string? FirstFailure => Checks.FirstOrDefault(c => !c.Passed)?.ToString();
}

/// <summary>
/// One check. The name is stable ("segments-start-with-idr"); the rendition is null where the check is of the whole package. Expected and
/// actual are for people.
/// </summary>
public sealed record VerificationCheck(
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Rendition,
    bool Passed,
    string Expected,
    string Actual)
{
    public override string ToString() => $"{Name}{(Rendition is null ? "" : $" of {Rendition}")}: expected {Expected}, found {Actual}";
}
