using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Verification;

/// <summary>What the video renditions must have in common with each other and with the source.</summary>
internal static class VideoChecks
{
    // The duration of a last frame is a guess in many containers, and some round all of it to tenths: the count of frames is
    // the sharp check.
    internal const long DurationToleranceUs = 500_000;

    private const string AtZero = "starts-at-zero";
    private const string Aligned = "cuts-are-aligned";
    private const string AsPlanned = "cuts-are-as-planned";
    private const string Duration = "duration-is-that-of-the-source";

    /// <summary>The checks of when pictures come.</summary>
    public static readonly IReadOnlyList<string> OfTimes = [AtZero, Aligned, AsPlanned, Duration];

    // Plans are written with six decimals.
    private const uint PlanTimescale = 1_000_000;

    public static void Run(CheckList checks, IReadOnlyList<PublishedRendition> videos, Expectations expectations)
    {
        var reference = videos[0];
        foreach (var video in videos)
        {
            var isCopy = video.Name == expectations.Copied;
            CheckStart(checks, video);
            checks.AddFault(Aligned, video.Name, $"the cuts of {reference.Name}", FindCutFault(
                [.. video.Segments.Select(s => s.Start)], [.. reference.Segments.Select(s => s.Start)], isCopy));
            if (expectations.SegmentStarts is { } planned)
            {
                checks.AddFault(AsPlanned, video.Name, $"the {planned.Count} planned cuts", FindCutFault(
                    [.. video.Segments.Select(s => s.Start)],
                    [.. planned.Select(p => new MediaTime((long)Math.Round(p * PlanTimescale), PlanTimescale))],
                    isCopy));
            }

            CheckFrames(checks, video, reference, expectations.Frames);
            CheckDuration(checks, video, expectations.VideoDuration);
        }
    }

    private static void CheckStart(CheckList checks, PublishedRendition video)
    {
        var start = video.Segments[0].Start;
        checks.Add(
            AtZero,
            video.Name,
            start.IsSameAs(new MediaTime(0, start.Timescale)),
            "0 s within a tick",
            CheckList.Seconds(start.Microseconds));
    }

    private static string? FindCutFault(IReadOnlyList<MediaTime> cuts, IReadOnlyList<MediaTime> expected, bool isCopy)
    {
        for (var i = 0; i < Math.Min(cuts.Count, expected.Count); i++)
        {
            var isNear = isCopy && Math.Abs(cuts[i].Microseconds - expected[i].Microseconds) <= Segmenter.SameTimeUs;
            if (!isNear && !cuts[i].IsSameAs(expected[i]))
            {
                return $"segment {i} at {CheckList.Seconds(cuts[i].Microseconds)} instead of {CheckList.Seconds(expected[i].Microseconds)}";
            }
        }

        return cuts.Count == expected.Count ? null : $"{cuts.Count} segments instead of {expected.Count}";
    }

    private static void CheckFrames(CheckList checks, PublishedRendition video, PublishedRendition reference, ExpectedFrames expected)
    {
        checks.Add("frames-are-complete", video.Name, expected.Includes(video.Frames), expected.ToString(), $"{video.Frames} frames");
        checks.Add(
            "frames-are-equal",
            video.Name,
            video.Frames == reference.Frames,
            $"{reference.Frames} frames, as {reference.Name}",
            $"{video.Frames} frames");
    }

    private static void CheckDuration(CheckList checks, PublishedRendition video, TimeSpan? expected)
    {
        var actual = video.End.Microseconds;
        var isKnown = expected is not null;
        var duration = (long)(expected?.TotalMicroseconds ?? 0);
        checks.Add(
            Duration,
            video.Name,
            !isKnown || Math.Abs(actual - duration) <= DurationToleranceUs,
            isKnown ? $"{CheckList.Seconds(duration)} within {CheckList.Seconds(DurationToleranceUs)}" : "any: the source does not tell",
            CheckList.Seconds(actual));
    }
}
