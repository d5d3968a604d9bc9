using Kinora.Core.Transcoding.Packaging.WebVtt;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>A text rendition read back: its playlist, and what its file holds.</summary>
/// <param name="Lines">Of the playlist, without the first one.</param>
internal sealed record PublishedText(string Name, IReadOnlyList<string> Lines, TextFacts Facts)
{
    /// <exception cref="FormatException">The playlist or the text is damaged.</exception>
    /// <exception cref="IOException">A file is missing.</exception>
    public static PublishedText Read(string folder, string name)
    {
        var lines = Parse(File.ReadAllText(PublishedPath.Resolve(folder, PackageLayout.Playlist(name))));
        var bytes = File.ReadAllBytes(PublishedPath.Resolve(folder, lines.FirstOrDefault(line => line[0] != '#') ?? ""));
        using var reader = new StringReader(System.Text.Encoding.UTF8.GetString(bytes));
        var cues = WebVttReader.Read(reader);
        return cues.Count > 0
            ? new PublishedText(name, lines, new TextFacts(bytes.Length, cues.Count, cues[0].StartMs, cues.Max(cue => cue.EndMs)))
            : throw new FormatException("There is no text.");
    }

    public static IReadOnlyList<string> Parse(string playlist) => [.. PlaylistText.ReadLines(playlist)];
}
