using System.Security.Cryptography;
using System.Text;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging.WebVtt;

/// <summary>A text track on disk that was read back and found good.</summary>
public sealed record TextFile(TextTrackPlan Track, PackagedFile File, TextFacts Facts)
{
    // Hours of talk are some 200 KB. All cues of a track are in memory at once.
    internal const int MaxBytes = 4 << 20;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Makes what is published of what ffmpeg wrote, or cuts what was made before.</summary>
    /// <param name="path">Of a WebVTT.</param>
    /// <param name="folder">Gets the file; exists.</param>
    /// <param name="shiftMs">Added to every time.</param>
    /// <param name="endMs">Of the video; null: it is not known.</param>
    /// <returns>Null: there is nothing to read in it, or so much that it is no text.</returns>
    /// <exception cref="FormatException">What was written is not as it must be: ours is the fault.</exception>
    public static TextFile? Make(TextTrackPlan track, string path, string folder, long shiftMs, long? endMs)
    {
        // ffmpeg leaves a track without a packet at 0 bytes, and ends one that is too long at a limit, within a text.
        if (new FileInfo(path) is not { Exists: true, Length: > 0 and < MaxBytes })
        {
            return null;
        }

        IReadOnlyList<Cue> cues;
        using (var reader = new StreamReader(path, Utf8))
        {
            cues = WebVttWriter.Prepare(WebVttReader.Read(reader), shiftMs, endMs);
        }

        if (cues.Count == 0)
        {
            return null;
        }

        var target = Path.Combine(folder, PackageLayout.Text(track.Name));
        using (var writer = new StreamWriter(target, append: false, Utf8))
        {
            WebVttWriter.Write(writer, cues);
        }

        return ReadBack(track, target, cues);
    }

    private static TextFile ReadBack(TextTrackPlan track, string path, IReadOnlyList<Cue> written)
    {
        var bytes = System.IO.File.ReadAllBytes(path);
        using var reader = new StringReader(Utf8.GetString(bytes));
        if (!WebVttReader.Read(reader).SequenceEqual(written))
        {
            throw new FormatException("The text that was written is not the one that is read.");
        }

        var name = PackageLayout.Text(track.Name);
        return new TextFile(
            track,
            new PackagedFile(name, path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), ContentTypes.Text),
            new TextFacts(bytes.Length, written.Count, written[0].StartMs, written.Max(cue => cue.EndMs)));
    }
}
