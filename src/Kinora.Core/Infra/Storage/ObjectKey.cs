using System.Buffers;
using System.Text.RegularExpressions;

namespace Kinora.Core.Infra.Storage;

/// <summary>Every key in the store. Made of ids and fixed words only; a prefix is never written twice.</summary>
public static partial class ObjectKey
{
    /// <summary>S3's own limit is 1,024 bytes and a file name's is 255; no key of ours comes near.</summary>
    private const int MaxLength = 255;

    private const string Id = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._/-");

    public static string SourcePrefix(Guid videoId) => $"sources/{videoId}/";

    public static string Source(Guid videoId) => SourceUnder(SourcePrefix(videoId));

    /// <summary>Where an attempt to fetch the source writes, so that none overwrites what another one has published.</summary>
    public static string FetchPrefix(Guid videoId, long fence) => $"{SourcePrefix(videoId)}{fence}/";

    public static string SourceUnder(string prefix) => $"{prefix}source";

    /// <summary>What is left of a resumable upload's requests beyond whole parts lies under it.</summary>
    public static string TailPrefix(Guid uploadId) => $"uploads/{uploadId}/";

    /// <param name="fence">Of the request that leaves it.</param>
    public static string Tail(Guid uploadId, long fence) => $"{TailPrefix(uploadId)}{fence}";

    /// <summary>All that a job, or its units, may ever write lies under it.</summary>
    public static string JobPrefix(Guid videoId, Guid jobId) => $"derivatives/{videoId}/{jobId}/";

    /// <param name="number">Out of the sequence of fences, so that no prefix comes twice: an attempt's fence, or one of its publications.</param>
    public static string DerivativePrefix(Guid videoId, Guid jobId, long number) => $"{JobPrefix(videoId, jobId)}{number}/";

    /// <summary>
    /// The prefix that the key was written under, which is an intent's; null: no key that Kinora makes, whoever made it.
    /// </summary>
    public static string? PrefixOf(string key)
    {
        var match = Shape().Match(key);
        return match.Success && IsWellFormed(key) ? match.Groups["prefix"].Value : null;
    }

    /// <summary>The prefixes that a derivative with objects under this one may have: this one, and its job's.</summary>
    public static string[] DerivativePrefixesOf(string prefix) =>
        prefix.StartsWith("derivatives/", StringComparison.Ordinal) ? [prefix, JobPrefix(VideoOf(prefix), JobOf(prefix))] : [prefix];

    /// <summary>The job in a key of a derivative, or in its prefix.</summary>
    public static Guid JobOf(string key) => Guid.Parse(key.Split('/')[2]);

    /// <summary>The video in a key that Kinora makes.</summary>
    public static Guid VideoOf(string key) => Guid.Parse(key.Split('/')[1]);

    /// <summary>Whether a store takes the key at all.</summary>
    public static bool IsPossible(string key) => key.Length > 0 && key[^1] != '/' && IsWellFormed(key);

    /// <summary>
    /// Defence in depth: whatever is wrong above, no call to a store leaves its bucket or folder. Throws ArgumentException, since a bad
    /// key is a bug and no fault of the store.
    /// </summary>
    internal static void Check(string key)
    {
        if (!IsPossible(key))
        {
            throw new ArgumentException("This is no key of an object.", nameof(key));
        }
    }

    /// <summary>As <see cref="Check"/>; a prefix may be empty and may end with "/" or within a name.</summary>
    internal static void CheckPrefix(string prefix)
    {
        if (prefix.Length > 0 && !IsWellFormed(prefix))
        {
            throw new ArgumentException("This is no prefix of objects.", nameof(prefix));
        }
    }

    // No name begins with a dot: that refuses "." and ".." and leaves such names to a store's own files.
    private static bool IsWellFormed(string key) =>
        key.Length <= MaxLength
        && key[0] is not ('/' or '.')
        && !key.AsSpan().ContainsAnyExcept(Allowed)
        && !key.Contains("//", StringComparison.Ordinal)
        && !key.Contains("/.", StringComparison.Ordinal);

    [GeneratedRegex($"^(?<prefix>sources/{Id}/([0-9]+/)?|uploads/{Id}/|derivatives/{Id}/{Id}/[0-9]+/).")]
    private static partial Regex Shape();
}
