using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>
/// The last verification, of the whole: the playlists that will be published against what was read back from each piece before it was. It
/// is the same as that of a package that lies on disk (<see cref="PackageVerifier"/>).
/// </summary>
public static class PieceVerifier
{
    /// <summary>A span's times are rounded by themselves, at 23.976 frames a second to another tick than those before it.</summary>
    private const int TicksOff = 2;

    /// <param name="playlists">By the names of <see cref="PackageLayout"/>, with the master.</param>
    /// <param name="pieces">Of each track, in order.</param>
    /// <param name="text">What of the planned text could be read.</param>
    public static VerificationReport Verify(
        TranscodePlan plan,
        IReadOnlyDictionary<string, string> playlists,
        IReadOnlyDictionary<string, IReadOnlyList<PublishedPiece>> pieces,
        IReadOnlyList<TextRendition> text)
    {
        var checks = new CheckList();
        var tracks = Tracks(plan).Where(track => pieces.ContainsKey(track.Name)).ToList();
        foreach (var missing in plan.Renditions.Where(r => !pieces.ContainsKey(r.Name)))
        {
            checks.Add("is-readable", missing.Name, false, "pieces of every rendition", "none");
        }

        foreach (var track in tracks)
        {
            CheckPieces(checks, plan, track, pieces[track.Name]);
        }

        if (!checks.AllPassed)
        {
            return checks.ToReport();
        }

        var renditions = tracks.Select(track => Read(plan, track, playlists[PackageLayout.Playlist(track.Name)], pieces[track.Name])).ToList();
        PackageVerifier.Run(
            checks,
            PublishedMaster.Parse(playlists[PackageLayout.Master]),
            tracks,
            renditions,
            [.. text.Select(t => PublishedText.Parse(t.Track.Name, playlists[PackageLayout.Playlist(t.Track.Name)], t.Uri, t.Facts))],
            Expect(plan),
            name => PublishedPlaylist.Parse(playlists[PackageLayout.IFramePlaylist(name)]));
        return checks.ToReport();
    }

    /// <summary>What is encoded comes first: its cuts are the plan's to the tick, and the others are held against them.</summary>
    private static IEnumerable<TrackInput> Tracks(TranscodePlan plan) => plan.Encoded.Concat(plan.Renditions.Except(plan.Encoded))
        .Select(r => new TrackInput { Name = r.Name, Kind = TrackKind.Video, Path = "", Width = r.Width, Height = r.Height, FrameRate = r.FrameRate })
        .Concat(plan.Audio.Select(a => new TrackInput { Name = a.Name, Kind = TrackKind.Audio, Path = "", Language = a.Language }));

    private static Expectations Expect(TranscodePlan plan)
    {
        var segments = plan.Segments!;
        return new Expectations
        {
            Frames = ExpectedFrames.Exactly(plan.Spans!.Sum(s => s.Frames)),
            VideoDuration = segments.VideoDuration,
            AudioEnd = segments.VideoDuration,
            Copied = plan.Copied?.Name,
            SegmentStarts = segments.StartSeconds,
        };
    }

    private static void CheckPieces(CheckList checks, TranscodePlan plan, TrackInput track, IReadOnlyList<PublishedPiece> pieces)
    {
        var gap = Enumerable.Range(0, pieces.Count).Where(i => pieces[i].Number != i).Select(i => $"piece {i} is missing").FirstOrDefault();
        checks.AddFault("pieces-are-complete", track.Name, "every piece from the first one on", gap);
        if (track.Kind == TrackKind.Video)
        {
            checks.AddEqual("pieces-are-the-spans", track.Name, $"{plan.Spans!.Count} pieces", $"{pieces.Count} pieces");
        }

        // Some players (libavformat) apply the first init segment's edit list to all pieces.
        var (least, most) = (pieces.Min(piece => piece.Facts.PresentationShift) ?? 0, pieces.Max(piece => piece.Facts.PresentationShift) ?? 0);
        checks.Add(
            "edit-lists-agree", track.Name, most - least <= TicksOff, $"one shift of all pieces, within {TicksOff} ticks", $"{least} to {most} ticks");
    }

    private static PublishedRendition Read(TranscodePlan plan, TrackInput track, string text, IReadOnlyList<PublishedPiece> pieces)
    {
        var (playlist, first) = (PublishedPlaylist.Parse(text), pieces[0].Facts);
        var init = new InitSegment
        {
            Length = first.InitLength,
            TrackId = 1,
            Timescale = first.Timescale,
            PresentationShift = 0,
            Description = first.Description,
        };
        var segments = pieces.SelectMany(piece => piece.Facts.Segments.Select(s => new SegmentFacts(
            Time(piece, s.StartTicks), Time(piece, s.LatestTicks), Time(piece, s.EndTicks), s.Frames, s.FirstFrameLength, null))).ToList();
        return new PublishedRendition(track.Name, playlist, init, segments, RangeFault(playlist, pieces), DecodeTimeFault(plan, pieces));

        static MediaTime Time(PublishedPiece piece, long ticks) => new(ticks, piece.Facts.Timescale);
    }

    private static string? RangeFault(PublishedPlaylist playlist, IReadOnlyList<PublishedPiece> pieces)
    {
        var there = pieces.SelectMany(piece => piece.Facts.Segments.Select(s => (piece.Uri, s.Offset, s.Length))).ToList();
        var named = playlist.Segments.Select(s => (s.Uri, s.Offset, s.Length)).ToList();
        for (var i = 0; i < Math.Max(there.Count, named.Count); i++)
        {
            if (i >= there.Count || i >= named.Count || there[i] != named[i])
            {
                return $"segment {i} is not that of the pieces";
            }
        }

        var inits = pieces.DistinctBy(p => p.Facts.InitSha256).ToList();
        return playlist.Maps.All(map => inits.Exists(p => p.Uri == map.Uri && p.Facts.InitLength == map.Length))
            ? null
            : "an init segment is not that of a piece";
    }

    private static string? DecodeTimeFault(TranscodePlan plan, IReadOnlyList<PublishedPiece> pieces)
    {
        for (var i = 1; i < pieces.Count; i++)
        {
            var (before, after) = (pieces[i - 1].Facts, pieces[i].Facts);
            var off = after.DecodeStart - before.DecodeEnd;
            if (before.Timescale != after.Timescale || (IsContinuous(before) ? Math.Abs(off) > Tolerance(before) : after.DecodeStart <= before.DecodeStart))
            {
                return $"{off} ticks between the pieces {i - 1} and {i}";
            }
        }

        return null;

        // How long the last frame of a piece takes where the grid has holes, or there is none, only the next piece could say.
        bool IsContinuous(PieceFacts facts) => facts.Description.Kind == TrackKind.Audio || plan.Segments!.IsEvenlySpaced;

        static int Tolerance(PieceFacts facts) => facts.Description.Kind == TrackKind.Audio ? 0 : TicksOff;
    }
}
