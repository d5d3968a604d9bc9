using System.Text.Json.Serialization;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>What was found when a package was read back from disk. Stored with the video and shown as it is.</summary>
public sealed record VerificationReport(IReadOnlyList<VerificationCheck> Checks)
{
    /// <summary>In <see cref="Failure"/>: one fault may fail a check for each segment.</summary>
    private const int MostFailures = 5;

    public bool Passed => Checks.All(c => c.Passed);

    /// <summary>All that was wrong is when pictures come; each of them is there.</summary>
    [JsonIgnore]
    public bool IsOfTimesAlone => !Passed && Checks.Where(c => !c.Passed).All(c => VideoChecks.OfTimes.Contains(c.Name));

    /// <summary>What did not pass, in words, for the job's error; null when all passed.</summary>
    [JsonIgnore]
    public string? Failure
    {
        get
        {
            var failed = Checks.Where(c => !c.Passed).ToList();
            var more = failed.Count > MostFailures ? $"; and {failed.Count - MostFailures} more" : "";
            return failed.Count == 0
                ? null
                : $"The verification failed in {failed.Count} of {Checks.Count} checks: {string.Join("; ", failed.Take(MostFailures))}{more}.";
        }
    }
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
