namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>
/// The master playlist as it lies on disk: the attributes of each entry, with its URI as "URI" also where it stands on a line of its own.
/// </summary>
internal sealed record PublishedMaster(
    List<Dictionary<string, string>> Variants,
    List<Dictionary<string, string>> IFrames,
    List<Dictionary<string, string>> Audio,
    List<Dictionary<string, string>> Text)
{
    /// <exception cref="FormatException">This is no master playlist that we would publish.</exception>
    public static PublishedMaster Parse(string text)
    {
        var master = new PublishedMaster([], [], [], []);
        Dictionary<string, string>? pending = null;
        foreach (var line in PlaylistText.ReadLines(text))
        {
            var (tag, value) = PlaylistText.SplitTag(line);
            if ((tag is null) != (pending is not null))
            {
                throw new FormatException("A variant must be followed by its URI.");
            }

            switch (tag)
            {
                case null:
                    pending!["URI"] = line;
                    master.Variants.Add(pending);
                    pending = null;
                    break;
                case "EXT-X-STREAM-INF":
                    pending = PlaylistText.ParseAttributes(value);
                    break;
                case "EXT-X-I-FRAME-STREAM-INF":
                    master.IFrames.Add(PlaylistText.ParseAttributes(value));
                    break;
                case "EXT-X-MEDIA":
                    var media = PlaylistText.ParseAttributes(value);
                    (media.GetValueOrDefault("TYPE") == "SUBTITLES" ? master.Text : master.Audio).Add(media);
                    break;
            }
        }

        return master;
    }
}
