using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Jobs;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>A moment of a job's life at which its worker is killed.</summary>
/// <param name="Type">Of the job.</param>
/// <param name="Failpoint">Of <see cref="FailpointName"/>.</param>
/// <param name="Words">For the table: "after the claim".</param>
internal sealed record KillPoint(JobType Type, string Failpoint, string Words)
{
    /// <summary>The hit at which it is killed.</summary>
    public int Hit { get; init; } = 1;

    /// <summary>Another rule without which the point is not passed.</summary>
    public string? Rule { get; init; }

    /// <summary>The job has succeeded by then: nobody has to take it over.</summary>
    public bool IsDone { get; init; }

    /// <summary>Passed with S3 alone; the others are passed with the folder store too.</summary>
    public bool OnS3 { get; init; }

    public string Fault => $"kill -9, {Type.ToName()}: {Words}{(OnS3 ? " (S3)" : "")}";

    public IEnumerable<string> Rules => ((string?[])[Rule, $"{Failpoint}:kill@{Hit}"]).OfType<string>();

    public static IReadOnlyList<KillPoint> All { get; } =
    [
        new(JobType.Fetch, FailpointName.FetchBeforeRequest, "before the request"),
        new(JobType.Fetch, FailpointName.FetchInBody, "in the midst of the download"),
        new(JobType.Fetch, FailpointName.FetchAfterPut, "after the PUT"),
        new(JobType.Fetch, FailpointName.CompleteBeforeCommit, "before the completing COMMIT"),
        new(JobType.Fetch, FailpointName.FetchAfterComplete, "before the analysis is in the queue") { IsDone = true },

        new(JobType.Analyze, FailpointName.WorkerAfterReceive, "after the message, before the claim"),
        new(JobType.Analyze, FailpointName.WorkerAfterClaim, "after the claim"),
        new(JobType.Analyze, FailpointName.AnalyzeBeforeProbe, "before the probe"),
        new(JobType.Analyze, FailpointName.AnalyzeInRead, "in the midst of the probe's reads"),
        new(JobType.Analyze, FailpointName.AnalyzeAfterProbe, "after the probe"),
        new(JobType.Analyze, FailpointName.AnalyzeBeforeComplete, "before the completing transaction"),
        new(JobType.Analyze, FailpointName.CompleteInTransaction, "in the completing transaction"),
        new(JobType.Analyze, FailpointName.CompleteBeforeCommit, "before the completing COMMIT"),
        new(JobType.Analyze, FailpointName.CompleteAfterCommit, "after the completing COMMIT") { IsDone = true },
        new(JobType.Analyze, FailpointName.AnalyzeAfterComplete, "before the jobs that follow are in the queue") { IsDone = true },

        new(JobType.Thumbnail, FailpointName.ThumbnailAfterFetch, "after the source was fetched"),
        new(JobType.Thumbnail, FailpointName.ThumbnailAfterFfmpeg, "after ffmpeg"),
        new(JobType.Thumbnail, FailpointName.PublishAfterIntent, "after the intent"),
        new(JobType.Thumbnail, FailpointName.PublishAfterAllPuts, "after the PUT"),

        // The first one is the analysis's.
        new(JobType.Thumbnail, FailpointName.CompleteBeforeCommit, "before the completing COMMIT") { Hit = 2 },

        new(JobType.Hls, FailpointName.WorkerAfterReceive, "after the message, before the claim"),
        new(JobType.Hls, FailpointName.WorkerAfterClaim, "after the claim"),
        new(JobType.Hls, FailpointName.HlsInFetch, "in the midst of the download") { OnS3 = true },
        new(JobType.Hls, FailpointName.HlsAfterFetch, "after the download") { OnS3 = true },
        new(JobType.Hls, FailpointName.HlsAfterScan, "after the packets were read"),
        new(JobType.Hls, FailpointName.HlsAfterPlan, "after the plan"),
        new(JobType.Hls, FailpointName.HlsAfterSplit, "after its units were made"),
        new(JobType.Hls, FailpointName.HlsEncode10, "at 10 % of ffmpeg"),
        new(JobType.Hls, FailpointName.HlsEncode50, "at 50 % of ffmpeg"),
        new(JobType.Hls, FailpointName.HlsEncode95, "at 95 % of ffmpeg"),
        new(JobType.Hls, FailpointName.HlsAfterEncode, "after ffmpeg"),
        new(JobType.Hls, FailpointName.HlsAfterPackage, "after the package was verified"),
        new(JobType.Hls, FailpointName.PublishBeforeIntent, "before the intent"),
        new(JobType.Hls, FailpointName.PublishAfterIntent, "after the intent"),
        new(JobType.Hls, FailpointName.PublishInPut, "in the midst of a PUT") { Hit = 2 },
        new(JobType.Hls, FailpointName.PublishAfterPut, "after the first PUT"),
        new(JobType.Hls, FailpointName.PublishAfterPut, "after the third PUT") { Hit = 3, OnS3 = true },
        new(JobType.Hls, FailpointName.PublishAfterAllPuts, "after all PUTs") { OnS3 = true },
        new(JobType.Hls, FailpointName.PublishAfterCompare, "after the sizes were compared") { OnS3 = true },
        new(JobType.Hls, FailpointName.CompleteInTransaction, "in the completing transaction"),
        new(JobType.Hls, FailpointName.CompleteBeforeCommit, "before the completing COMMIT") { OnS3 = true },
        new(JobType.Hls, FailpointName.CompleteAfterCommit, "after the completing COMMIT of a unit"),
        new(JobType.Hls, FailpointName.WorkerBeforeFinishMessage, "done, before the message is ended"),
        new(JobType.Hls, FailpointName.WorkerBeforeSettle, "failed, before that is written")
        {
            Rule = $"{FailpointName.HlsAfterPlan}:throw",
        },
    ];
}
