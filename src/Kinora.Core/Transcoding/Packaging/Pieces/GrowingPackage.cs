using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>
/// What can be played of a video while its spans are being encoded: the playlists as they stand at a moment. Each is that of the contiguous
/// pieces from the start; a later one only has more at its end, and none has its end before all have: where a copy that is whole had one beside
/// a rendition that grows, Shaka 5.2 ended at that one's edge, and hls.js 1.7 never. What is encoded and its sound end together: with sound past the video's
/// edge hls.js 1.7 leaps back to the start. A copy of the source is ahead of what is encoded, and so has an audio group of its own.
/// </summary>
/// <param name="plan">With spans.</param>
/// <param name="edition">The folder of the playlists, as they are named from above.</param>
/// <param name="pieces">Of all tracks, as they are at one moment.</param>
/// <param name="endedTracks">Audio tracks and copies of which no further piece comes.</param>
/// <param name="text">What is there of it, which does not grow.</param>
/// <param name="awaitsText">More of it comes within moments: a player that has a master without it does not ask for that again.</param>
public sealed class GrowingPackage(
    TranscodePlan plan, long edition, IEnumerable<PublishedPiece> pieces, IReadOnlySet<string> endedTracks, IReadOnlyList<TextRendition> text, bool awaitsText)
{
    private const string AheadGroup = "audio-ahead";
    private const string AheadSuffix = ".ahead";

    private readonly ILookup<string, PublishedPiece> _pieces = pieces.ToLookup(p => p.Track);

    /// <summary>The sound that goes with a copy while what is encoded is behind it. It stays under its name when both are complete.</summary>
    public static string AheadPlaylist(string track) => PackageLayout.Playlist(track + AheadSuffix);

    /// <summary>Whether a plan's master has such sound for a while.</summary>
    public static bool HasAhead(TranscodePlan plan) => plan.Copied is not null && plan.Encoded.Any();

    /// <summary>The master playlist; null while no rendition has its first segments, and the default sound beside it, or text is waited for.</summary>
    public string? Master()
    {
        var variants = Variants();
        if (variants.Count == 0 || awaitsText)
        {
            return null;
        }

        var audio = new List<MasterAudio>();
        foreach (var (group, isAhead) in variants.Select(v => (v.AudioGroup, v.IsAhead)).Distinct().OrderBy(g => g.IsAhead))
        {
            foreach (var track in group is null ? [] : plan.Audio)
            {
                if (AudioOf(track, isAhead) is { } rendition)
                {
                    audio.Add(new MasterAudio(
                        rendition, group!, Folder + (isAhead ? AheadPlaylist(track.Name) : PackageLayout.Playlist(track.Name)), track == DefaultAudio));
                }
            }
        }

        // The copy first: it is whole within moments, and who starts with it can go anywhere in it.
        var ordered = variants.Where(v => v.IsAhead).Concat(variants.Where(v => !v.IsAhead));
        return MasterPlaylist.Write(
            ordered.Select(v => new MasterVariant(v.Video, v.AudioGroup, v.Rate + MasterPlaylist.TextRateOf(text), Folder)),
            audio,
            [.. text.Select(t => new MasterText(t.Track, Folder + PackageLayout.Playlist(t.Track.Name)))],
            plan.TargetDuration);
    }

    /// <summary>A media or I-frame playlist; null: there is none of the name, or not yet.</summary>
    /// <param name="name">Below the edition: "1080p.m3u8".</param>
    public string? Media(string name)
    {
        foreach (var video in plan.Renditions)
        {
            var isIFrames = name == PackageLayout.IFramePlaylist(video.Name);
            if ((isIFrames || name == PackageLayout.Playlist(video.Name)) && VideoOf(video) is { } rendition)
            {
                return isIFrames
                    ? MediaPlaylist.WriteIFrames(rendition, plan.TargetDuration, isComplete: false)
                    : MediaPlaylist.Write(rendition, plan.TargetDuration, isComplete: false);
            }
        }

        foreach (var audio in plan.Audio)
        {
            var isAhead = name == AheadPlaylist(audio.Name);
            if ((isAhead || name == PackageLayout.Playlist(audio.Name)) && AudioOf(audio, isAhead) is { } rendition)
            {
                return MediaPlaylist.Write(rendition, plan.TargetDuration, isComplete: false);
            }
        }

        return text.FirstOrDefault(t => name == PackageLayout.Playlist(t.Track.Name)) is { } track ? MediaPlaylist.WriteText(track) : null;
    }

    private static Planning.Rendition EdgeTrack(TranscodePlan plan) => plan.Encoded.FirstOrDefault() ?? plan.Copied!;

    private string Folder { get; } = FormattableString.Invariant($"{edition}/");

    private bool IsSilent(AudioPlan audio) => endedTracks.Contains(audio.Name) && !_pieces[audio.Name].Any();

    /// <summary>The first track that can be decoded, as far as is known; null: there is none.</summary>
    private AudioPlan? DefaultAudio => plan.Audio.FirstOrDefault(audio => !IsSilent(audio));

    /// <summary>A variant without its sound is none yet: a player does not ask for the master again.</summary>
    private List<GrowingVariant> Variants()
    {
        var isSilent = DefaultAudio is null;
        var variants = new List<GrowingVariant>();
        foreach (var planned in plan.Renditions)
        {
            if (VideoOf(planned) is { } video)
            {
                var isAhead = planned.Mode == RenditionMode.Copy && HasAhead(plan);
                if (!isSilent && AudioOf(DefaultAudio!, isAhead) is null)
                {
                    continue;
                }

                var measured = MasterPlaylist.RateOf(video, plan.TargetDuration);

                // What is to come is bounded: by the encoder's cap, which single segments may pass a little, and a copy by its packets.
                var rate = new BitRate(Math.Max(measured.Peak, planned.MaxBitRate + (planned.MaxBitRate / 10L)), measured.Average);
                variants.Add(new GrowingVariant(
                    video, isAhead, isSilent ? null : isAhead ? AheadGroup : MasterPlaylist.AudioGroup, isSilent ? rate : rate + AudioRate));
            }
        }

        return variants;
    }

    private static BitRate AudioRate => new(AudioPlan.BitRate + (AudioPlan.BitRate / 10), AudioPlan.BitRate);

    private Rendition? VideoOf(Planning.Rendition planned)
    {
        var contiguous = PieceRenditions.Contiguous(_pieces[planned.Name]);
        return contiguous.Count == 0
            ? null
            : PieceRenditions.Of(contiguous, (decimal)planned.FrameRate.Num / planned.FrameRate.Den, null);
    }

    /// <param name="isAhead">Beside the copy, if there is one: up to the video's end.</param>
    private Rendition? AudioOf(AudioPlan audio, bool isAhead)
    {
        var contiguous = PieceRenditions.Contiguous(_pieces[audio.Name], isAhead ? null : EdgeUs());
        return contiguous.Count == 0 ? null : PieceRenditions.Of(contiguous, 0, audio.Language);
    }

    /// <summary>Where what is encoded ends; where nothing is, the copy. Null: it is complete, and the sound's own end counts.</summary>
    private long? EdgeUs()
    {
        var contiguous = PieceRenditions.Contiguous(_pieces[EdgeTrack(plan).Name]);
        return contiguous.Count == plan.Spans!.Count ? null : contiguous.Count == 0 ? 0 : contiguous[^1].Facts.EndUs;
    }

    private sealed record GrowingVariant(Rendition Video, bool IsAhead, string? AudioGroup, BitRate Rate);
}
