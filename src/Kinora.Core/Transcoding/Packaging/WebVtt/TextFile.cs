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
    /// <param name="hasHardSpaces">"\h" in it is one (ASS), which ffmpeg lets stand.</param>
    /// <returns>Null: there is nothing to read in it.</returns>
    /// <exception cref="FormatException">It is longer than any text, or, for which the fault is ours, not read back as it was written.</exception>
    public static TextFile? Make(TextTrackPlan track, string path, string folder, long shiftMs, long? endMs, bool hasHardSpaces)
    {
        // ffmpeg leaves a track without a packet at 0 bytes.
        if (new FileInfo(path) is not { Exists: true, Length: > 0 and var length })
        {
            return null;
        }

        CheckLength(length);

        IReadOnlyList<Cue> cues;
        using (var reader = new StreamReader(path, Utf8))
        {
            var read = WebVttReader.Read(reader);
            cues = WebVttWriter.Prepare(
                hasHardSpaces ? read.Select(cue => cue with { Text = cue.Text.Replace(@"\h", " ", StringComparison.Ordinal) }) : read, shiftMs, endMs);
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

    // What is escaped is longer than what came.
    private static void CheckLength(long length)
    {
        if (length >= MaxBytes)
        {
            throw new FormatException($"It is longer than {MaxBytes >> 20} MiB.");
        }
    }

    private static TextFile ReadBack(TextTrackPlan track, string path, IReadOnlyList<Cue> written)
    {
        CheckLength(new FileInfo(path).Length);
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
            new TextFacts(bytes.Length, written.Max(cue => cue.EndMs)));
    }
}
