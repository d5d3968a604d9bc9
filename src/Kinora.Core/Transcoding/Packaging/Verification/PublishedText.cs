using Kinora.Core.Transcoding.Packaging.WebVtt;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>A text rendition read back: its playlist, and what its file holds.</summary>
/// <param name="Lines">Of the playlist, without the first one.</param>
/// <param name="Uri">Of its file, which the playlist must name.</param>
internal sealed record PublishedText(string Name, IReadOnlyList<string> Lines, string Uri, TextFacts Facts)
{
    private const string Duration = "#EXTINF:";

    /// <summary>As the playlist tells it.</summary>
    /// <exception cref="FormatException">It does not.</exception>
    public long DurationUs { get; } = PublishedPlaylist.ParseDuration(
        Lines.FirstOrDefault(line => line.StartsWith(Duration, StringComparison.Ordinal))?[Duration.Length..] ?? "");

    /// <exception cref="FormatException">The playlist or the text is damaged.</exception>
    /// <exception cref="IOException">A file is missing.</exception>
    public static PublishedText Read(string folder, string name)
    {
        var (uri, playlist) = (PackageLayout.Text(name), File.ReadAllText(PublishedPath.Resolve(folder, PackageLayout.Playlist(name))));
        var bytes = File.ReadAllBytes(PublishedPath.Resolve(folder, uri));
        using var reader = new StringReader(System.Text.Encoding.UTF8.GetString(bytes));
        var cues = WebVttReader.Read(reader);
        return cues.Count > 0
            ? Parse(name, playlist, uri, new TextFacts(bytes.Length, cues.Max(cue => cue.EndMs)))
            : throw new FormatException("There is no text.");
    }

    /// <exception cref="FormatException">The playlist is damaged.</exception>
    public static PublishedText Parse(string name, string playlist, string uri, TextFacts facts) =>
        new(name, [.. PlaylistText.ReadLines(playlist)], uri, facts);
}
