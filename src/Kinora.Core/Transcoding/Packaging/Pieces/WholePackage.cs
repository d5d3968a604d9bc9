using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>The playlists of a video all of whose pieces are there.</summary>
public static class WholePackage
{
    /// <param name="pieces">Of each track, in order.</param>
    /// <param name="text">What of the planned text could be read.</param>
    /// <returns>In the order in which they must be stored: the master last. Names are those of <see cref="PackageLayout"/>.</returns>
    public static IReadOnlyList<(string Name, string Text)> Write(
        TranscodePlan plan, IReadOnlyDictionary<string, IReadOnlyList<PublishedPiece>> pieces, IReadOnlyList<TextRendition> text)
    {
        var videos = plan.Renditions
            .Where(r => pieces.ContainsKey(r.Name))
            .Select(r => PieceRenditions.Of(pieces[r.Name], (decimal)r.FrameRate.Num / r.FrameRate.Den, null))
            .ToList();

        // A track that cannot be decoded has none: it is left out.
        var audio = plan.Audio.Where(a => pieces.ContainsKey(a.Name)).Select(a => PieceRenditions.Of(pieces[a.Name], 0, a.Language)).ToList();
        var files = new List<(string Name, string Text)>();
        foreach (var video in videos)
        {
            files.Add((PackageLayout.Playlist(video.Name), MediaPlaylist.Write(video, plan.TargetDuration)));
            files.Add((PackageLayout.IFramePlaylist(video.Name), MediaPlaylist.WriteIFrames(video, plan.TargetDuration)));
        }

        foreach (var track in audio)
        {
            var playlist = MediaPlaylist.Write(track, plan.TargetDuration);
            files.Add((PackageLayout.Playlist(track.Name), playlist));
            if (GrowingPackage.HasAhead(plan))
            {
                // Who plays it since before it was complete asks for it once more.
                files.Add((GrowingPackage.AheadPlaylist(track.Name), playlist));
            }
        }

        foreach (var track in text)
        {
            files.Add((PackageLayout.Playlist(track.Track.Name), MediaPlaylist.WriteText(track)));
        }

        files.Add((PackageLayout.Master, MasterPlaylist.Write(videos, audio, text, plan.TargetDuration)));
        return files;
    }
}
