namespace Kinora.IntegrationTests.Corpus;

/// <summary>Files of the world, in a folder with a MANIFEST.tsv that the environment names; it is no part of the repository.</summary>
internal static class MediaCorpus
{
    public const string Variable = "KINORA_TEST_MEDIA";

    /// <summary>Null: none is named.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    /// <summary>Of its videos, and of what only looks like one: subtitles are another matter.</summary>
    public static IReadOnlyList<CorpusFile> Files()
    {
        var lines = File.ReadAllLines(Path.Combine(Folder!, "MANIFEST.tsv")).Select(line => line.Split('\t')).ToArray();
        var expected = Array.IndexOf(lines[0], "expected");
        return [.. lines.Skip(1)
            .Where(row => row[expected] is "accept" or "either" or "reject")
            .Select(row => new CorpusFile(row[0], row[expected], Path.Combine(Folder!, row[0])))];
    }
}

/// <param name="Expected">"accept", "either" or "reject".</param>
internal sealed record CorpusFile(string Name, string Expected, string Path);
