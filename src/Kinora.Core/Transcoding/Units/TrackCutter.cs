using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Units;

/// <summary>A piece of a track that is complete in its file.</summary>
/// <param name="Span">The last one that it reaches into.</param>
/// <param name="EndUs">Where the next piece starts; null: the track ends.</param>
internal sealed record TrackPiece(int Number, int Span, InitSegment Init, IReadOnlyList<FragmentRange> Fragments, long? EndUs);

/// <summary>
/// Cuts a track that is written whole into pieces at the ends of the video's spans. A copy starts a piece with each span's own keyframe; sound
/// ends a piece with the last fragment that lies before the span's end, so that it never runs past the video that is published with it.
/// </summary>
internal sealed class TrackCutter
{
    private readonly TranscodePlan _plan;
    private readonly Planning.Rendition? _copy;
    private readonly long[] _startsUs;
    private readonly long[] _spanEndsUs;
    private readonly List<FragmentRange> _waiting = [];
    private int _span;

    private TrackCutter(TranscodePlan plan, Planning.Rendition? copy, string track, string folder)
    {
        (_plan, _copy, Track, Path) = (plan, copy, track, System.IO.Path.Combine(folder, track + ".mp4"));
        var scale = (uint)plan.Segments!.TimeScale;
        _startsUs = [.. plan.Segments.Starts.Select(start => new MediaTime(start, scale).Microseconds)];
        _spanEndsUs = [.. plan.Spans!.Select(span => new MediaTime(span.EndTicks, scale).Microseconds)];
    }

    public string Track { get; }

    /// <summary>Of the whole track, which ffmpeg writes.</summary>
    public string Path { get; }

    public TrackKind Kind => _copy is null ? TrackKind.Audio : TrackKind.Video;

    /// <summary>What is to be avoided where it does not come out as planned.</summary>
    public string Way => _copy is null ? TranscodePlan.AvoidSpans : TranscodePlan.AvoidCopy;

    /// <summary>Pieces that were found so far.</summary>
    public int Count { get; private set; }

    public static TrackCutter OfCopy(TranscodePlan plan, string folder) => new(plan, plan.Copied, plan.Copied!.Name, folder);

    public static TrackCutter OfAudio(TranscodePlan plan, AudioPlan audio, string folder) => new(plan, null, audio.Name, folder);

    /// <param name="isDone">Nothing follows: what waits is the last piece.</param>
    /// <returns>The pieces that have become complete.</returns>
    public IReadOnlyList<TrackPiece> Add(IReadOnlyList<FragmentRange> fragments, InitSegment? init, bool isDone)
    {
        var complete = new List<TrackPiece>();
        foreach (var fragment in fragments)
        {
            while (_span < _spanEndsUs.Length - 1 && IsPast(fragment, _spanEndsUs[_span]))
            {
                Close(complete, init!, fragment.StartUs);
                _span++;
            }

            _waiting.Add(fragment);
        }

        if (isDone)
        {
            Close(complete, init!, null);
        }

        return complete;
    }

    /// <summary>Copies the piece into a file of its own, and verifies that.</summary>
    public async Task<VerifiedPiece> MakeAsync(TrackPiece piece, string path, CancellationToken cancellation)
    {
        await PieceFile.CopyAsync(Path, piece.Init.Length, piece.Fragments, path, cancellation);
        var segments = _copy is null
            ? Segmenter.CutAudio(piece.Fragments, [.. After(piece)], _plan.TargetDuration, piece.Init.Length)
            : Segmenter.CutVideo(piece.Fragments, _startsUs, piece.Init.Length, piece.EndUs);
        MediaTime? end = piece.EndUs is { } us && _copy is not null ? EndOf(us) : null;
        return await PiecePublisher.VerifyAsync(Track, piece.Number, path, Way, segments, end, Check, cancellation);

        void Check(CheckList checks, PieceFacts facts, IReadOnlyList<long> ticks)
        {
            if (_copy is null)
            {
                AudioPieceChecks.Run(checks, Track, facts, _plan, piece.Span);
            }
            else
            {
                SpanChecks.Run(checks, Track, facts, ticks, _plan.Segments!, _plan.Spans![piece.Number], isCopy: true);
            }
        }
    }

    public double ShareOf(TrackPiece piece) => (piece.EndUs ?? _spanEndsUs[^1]) / (double)_spanEndsUs[^1];

    private bool IsPast(FragmentRange fragment, long spanEndUs) => _copy is null
        ? fragment.EndUs > spanEndUs
        : fragment.StartUs >= spanEndUs - Segmenter.SameTimeUs;

    /// <summary>A span that is too short for a fragment of sound has none: the piece then reaches into the next one.</summary>
    private void Close(List<TrackPiece> complete, InitSegment init, long? endUs)
    {
        if (_waiting.Count > 0)
        {
            complete.Add(new TrackPiece(Count++, _span, init, [.. _waiting], endUs));
            _waiting.Clear();
        }
    }

    /// <summary>The video's segments, from the one in which the piece starts.</summary>
    private IEnumerable<long> After(TrackPiece piece)
    {
        var start = Math.Max(0, piece.Fragments[0].StartUs);
        return _startsUs.Where((at, i) => i + 1 == _startsUs.Length || _startsUs[i + 1] > start);
    }

    private MediaTime EndOf(long us) => new((long)(((Int128)us * _plan.Segments!.TimeScale + 500_000) / 1_000_000), (uint)_plan.Segments.TimeScale);
}
