namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>A moment in a video's life at which it is deleted: a failpoint makes the worker of its job stand still there.</summary>
/// <param name="Name">In words, as the report has it.</param>
/// <param name="IsOfHls">It lies in an HLS job, else in what follows the upload.</param>
/// <param name="Seconds">
/// How long the worker stands; no deletion that stops it waits for so long. The short ones are those that a deletion has to wait for, and
/// those that do not hear that they should stop.
/// </param>
internal sealed record DeletePhase(string Name, string Failpoint, bool IsOfHls, int Seconds = 60)
{
    public static IReadOnlyList<DeletePhase> All { get; } =
    [
        new("before its analysis", "analyze.before_probe", false),
        new("during the probe", "analyze.in_read", false),
        new("in the transaction that ends its analysis", "complete.in_transaction", false, Seconds: 2),
        new("during its thumbnail", "thumbnail.after_fetch", false),
        new("during the download", "hls.in_fetch", true),
        new("at 10 % of the encode", "hls.encode_10", true, Seconds: 3),
        new("at 50 % of the encode", "hls.encode_50", true, Seconds: 3),
        new("at 95 % of the encode", "hls.encode_95", true, Seconds: 3),
        new("before the first put", "publish.after_intent", true),
        new("amid the puts", "publish.after_put", true),
        new("after the puts", "publish.after_all_puts", true),
        new("in the transaction that completes it", "complete.in_transaction", true, Seconds: 2),
        new("just before the commit that completes it", "complete.before_commit", true, Seconds: 2),
    ];

    public string Rule => $"{Failpoint}:delay={Seconds * 1000}@1";

    /// <summary>The slots of the phase's worker: it comes to no failpoint but by the video that is meant.</summary>
    public string[] Slots => IsOfHls
        ? ["Kinora__Worker__Concurrency__Analyze=0", "Kinora__Worker__Concurrency__Thumbnail=0"]
        : ["Kinora__Worker__Concurrency__Hls=0"];
}
