using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>
/// Reads a package back from its folder, from the master down to the boxes, and holds it against what players need and what the source
/// promises. It knows nothing of what the packager meant, and starts no ffmpeg: what it reads is what will be published.
/// </summary>
public static class PackageVerifier
{
    /// <param name="folder">What the packager wrote.</param>
    /// <param name="tracks">The planned renditions; their paths are not read.</param>
    /// <param name="text">Names of the text tracks.</param>
    /// <param name="expectations">What the source promises.</param>
    /// <param name="cancellation">Looked at between fragments.</param>
    public static VerificationReport Verify(
        string folder, IReadOnlyList<TrackInput> tracks, IReadOnlyList<string> text, Expectations expectations, CancellationToken cancellation)
    {
        var checks = new CheckList();
        var master = Open(checks, null, () => PublishedMaster.Parse(File.ReadAllText(Path.Combine(folder, PackageLayout.Master))));
        var renditions = tracks
            .Select(track => Open(checks, track.Name, () => PublishedRendition.Read(folder, track.Name, cancellation)))
            .OfType<PublishedRendition>()
            .ToList();
        var texts = text.Select(name => Open(checks, name, () => PublishedText.Read(folder, name))).OfType<PublishedText>().ToList();
        if (master is null || !checks.AllPassed)
        {
            // What cannot be read fails every other check too: one clear line says more than twenty.
            return checks.ToReport();
        }

        Run(checks, master, tracks, renditions, texts, expectations, name => Open(checks, name, () => PublishedPlaylist.Parse(
            File.ReadAllText(PublishedPath.Resolve(folder, PackageLayout.IFramePlaylist(name))))));
        return checks.ToReport();
    }

    /// <param name="renditions">As they were read back; all that are planned.</param>
    /// <param name="texts">As they were read back.</param>
    /// <param name="iframes">The I-frame playlist of a video rendition; null: it cannot be read, which is in the checks.</param>
    internal static void Run(
        CheckList checks,
        PublishedMaster master,
        IReadOnlyList<TrackInput> tracks,
        IReadOnlyList<PublishedRendition> renditions,
        IReadOnlyList<PublishedText> texts,
        Expectations expectations,
        Func<string, PublishedPlaylist?> iframes)
    {
        var videos = renditions.Where(r => r.Description.Kind == TrackKind.Video).ToList();
        var audio = renditions.Where(r => r.Description.Kind == TrackKind.Audio).ToList();
        foreach (var rendition in renditions)
        {
            RenditionChecks.Run(checks, rendition, renditions[0].Playlist.TargetDuration);
        }

        if (videos.Count > 0)
        {
            RunBesidePictures(checks, videos, audio, texts, expectations, iframes);
        }
        else
        {
            SoundChecks.Run(checks, audio, expectations);
        }

        MasterChecks.Run(checks, master, tracks, videos, audio, texts);
    }

    private static void RunBesidePictures(
        CheckList checks,
        List<PublishedRendition> videos,
        List<PublishedRendition> audio,
        IReadOnlyList<PublishedText> texts,
        Expectations expectations,
        Func<string, PublishedPlaylist?> iframes)
    {
        VideoChecks.Run(checks, videos, expectations);
        foreach (var video in videos)
        {
            if (iframes(video.Name) is { } playlist)
            {
                IFrameChecks.Run(checks, video, playlist);
            }
        }

        foreach (var track in audio)
        {
            AudioChecks.Run(checks, track, videos[0], expectations);
        }

        foreach (var text in texts)
        {
            TextChecks.Run(checks, text, videos[0].Playlist.DurationUs);
        }
    }

    private static T? Open<T>(CheckList checks, string? rendition, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IsoMediaException or FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            // The messages of the last two have the path of a working folder, which is nobody's business.
            checks.Add(
                "is-readable",
                rendition,
                false,
                "playlists and media that can be read",
                e is IOException ? "a file is missing" : e.Message);
            return null;
        }
    }
}
