using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Transcoding.Packaging;

/// <summary>A plan, and the pieces that come of it when all goes well.</summary>
internal sealed class PlannedPieces
{
    private PlannedPieces(MediaStream video, int seconds)
    {
        var info = Sources.Info(video, Sources.Audio(), durationUs: seconds * 1_000_000L) with
        {
            Streams = [video, Sources.Audio() with { Language = "eng" }, Sources.Audio() with { Index = 2, IsDefault = false, Language = "ger" }],
        };
        var packets = Sources.Packets(new Rational(1, 15360), Sources.Regular(seconds * 30, 512));
        Plan = new TranscodePlanner(Options.Create(new TranscodingOptions())).Plan(info, packets, ["720p", "360p"]);
        foreach (var span in Plan.Spans!)
        {
            foreach (var rendition in Plan.Renditions)
            {
                All.Add(new PublishedPiece(rendition.Name, span.Number, $"{10 + span.Number}/{rendition.Name}-{span.Number}.mp4", Video(rendition, span)));
            }

            foreach (var audio in Plan.Audio)
            {
                All.Add(new PublishedPiece(audio.Name, span.Number, $"{50 + span.Number}/{audio.Name}-{span.Number}.mp4", Audio(span)));
            }
        }
    }

    public TranscodePlan Plan { get; }

    public List<PublishedPiece> All { get; } = [];

    public List<TextRendition> Text { get; } = [];

    public static PlannedPieces Encoded(int seconds = 20) => new(Sources.Video(1280, 720), seconds);

    /// <summary>720p is a copy of the source.</summary>
    public static PlannedPieces Copied(int seconds = 20) => new(Sources.Copyable() with { Width = 1280, Height = 720, BitRate = 2_000_000 }, seconds);

    /// <summary>Subtitles in one language, and others for who does not hear.</summary>
    public PlannedPieces WithText()
    {
        Text.Add(new TextRendition(new TextTrackPlan("text", 3, "eng", false, false), "90/text.vtt", new TextFacts(2_000, 19_000), Plan.VideoDurationUs));
        Text.Add(new TextRendition(new TextTrackPlan("text2", 4, "eng", false, true), "90/text2.vtt", new TextFacts(4_000, 20_000), Plan.VideoDurationUs));
        return this;
    }

    public void Change(string track, int number, Func<PieceFacts, PieceFacts> change)
    {
        var place = All.FindIndex(p => p.Track == track && p.Number == number);
        All[place] = All[place] with { Facts = change(All[place].Facts) };
    }

    public IReadOnlyDictionary<string, IReadOnlyList<PublishedPiece>> ByTrack() => All
        .GroupBy(p => p.Track)
        .ToDictionary(track => track.Key, track => (IReadOnlyList<PublishedPiece>)[.. track.OrderBy(p => p.Number)]);

    private PieceFacts Video(Core.Transcoding.Planning.Rendition rendition, SpanPlan span)
    {
        var (plan, frame) = (Plan.Segments!, 512L);
        var starts = plan.Starts.Skip(span.FirstSegment).Take(span.SegmentCount).Append(span.EndTicks).ToArray();
        var offset = 800L;
        var segments = new List<PieceSegment>();
        for (var i = 0; i + 1 < starts.Length; i++)
        {
            var length = (starts[i + 1] - starts[i]) * rendition.ShortSide / 100;
            segments.Add(new PieceSegment(
                offset, length, length / 10, starts[i], starts[i + 1] - frame, starts[i + 1], (starts[i + 1] - starts[i]) / frame));
            offset += length;
        }

        return Facts(
            new SampleDescription { Kind = TrackKind.Video, Codec = "avc1.64001F", Width = rendition.Width, Height = rendition.Height },
            (uint)plan.TimeScale, span.StartTicks, span.EndTicks, segments);
    }

    /// <summary>As if a fragment ended at each segment's end, to the sample.</summary>
    private PieceFacts Audio(SpanPlan span)
    {
        var (start, end) = (Samples(span.StartTicks), Samples(span.EndTicks));
        return Facts(
            new SampleDescription { Kind = TrackKind.Audio, Codec = "mp4a.40.2", Channels = 2, SampleRate = 48000 },
            48000, start, end,
            [.. Plan.Segments!.Starts.Skip(span.FirstSegment).Take(span.SegmentCount).Select((at, i) =>
            {
                var next = i + 1 < span.SegmentCount ? Plan.Segments.Starts[span.FirstSegment + i + 1] : span.EndTicks;
                return new PieceSegment(800 + ((at - span.StartTicks) / 2), (next - at) / 2, 300, Samples(at), Samples(next) - 1024, Samples(next), (Samples(next) - Samples(at)) / 1024);
            })]);

        long Samples(long ticks) => ticks * 48000 / Plan.Segments!.TimeScale;
    }

    private static PieceFacts Facts(
        SampleDescription description, uint timescale, long start, long end, IReadOnlyList<PieceSegment> segments) => new()
        {
            InitLength = 800,
            InitSha256 = description.Codec,
            Description = description,
            Timescale = timescale,
            PresentationShift = -1024,
            DecodeStart = start,
            DecodeEnd = end,
            EndTicks = end,
            EndUs = new MediaTime(end, timescale).Microseconds,
            Segments = segments,
        };
}
