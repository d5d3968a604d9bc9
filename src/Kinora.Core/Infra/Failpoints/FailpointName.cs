using System.Reflection;

namespace Kinora.Core.Infra.Failpoints;

/// <summary>The fixed catalogue of failpoints: part and moment. Each stands once or more in the code; a test asks for it.</summary>
public static class FailpointName
{
    public const string WorkerAfterReceive = "worker.after_receive";
    public const string WorkerAfterClaim = "worker.after_claim";
    public const string WorkerBeforeSettle = "worker.before_settle";

    /// <summary>After an attempt, not after a message that brought no job.</summary>
    public const string WorkerBeforeFinishMessage = "worker.before_finish_message";

    public const string FetchBeforeRequest = "fetch.before_request";

    /// <summary>After each block of the body.</summary>
    public const string FetchInBody = "fetch.in_body";

    /// <summary>The object is whole, and no row knows of it.</summary>
    public const string FetchAfterPut = "fetch.after_put";

    /// <summary>Committed, and the analysis not yet handed to the queue.</summary>
    public const string FetchAfterComplete = "fetch.after_complete";

    public const string AnalyzeBeforeProbe = "analyze.before_probe";

    /// <summary>After each range of the source that was read for the probe.</summary>
    public const string AnalyzeInRead = "analyze.in_read";
    public const string AnalyzeAfterProbe = "analyze.after_probe";
    public const string AnalyzeBeforeComplete = "analyze.before_complete";

    /// <summary>Committed, and the jobs that follow not yet handed to the queue.</summary>
    public const string AnalyzeAfterComplete = "analyze.after_complete";

    public const string ThumbnailAfterFetch = "thumbnail.after_fetch";
    public const string ThumbnailAfterFfmpeg = "thumbnail.after_ffmpeg";

    /// <summary>After each block of the source that was fetched; never with the folder store, which has it at hand.</summary>
    public const string HlsInFetch = "hls.in_fetch";
    public const string HlsAfterFetch = "hls.after_fetch";
    public const string HlsAfterScan = "hls.after_scan";
    public const string HlsAfterPlan = "hls.after_plan";

    /// <summary>The units are there, and not yet handed to the queue.</summary>
    public const string HlsAfterSplit = "hls.after_split";
    public const string HlsEncode10 = "hls.encode_10";
    public const string HlsEncode50 = "hls.encode_50";
    public const string HlsEncode95 = "hls.encode_95";
    public const string HlsAfterEncode = "hls.after_encode";
    public const string HlsAfterPackage = "hls.after_package";

    /// <summary>Of a resumable upload: a part is stored and its place noted, and the request goes on.</summary>
    public const string UploadAfterPart = "upload.after_part";

    /// <summary>Of a resumable upload: the request has ended, and what is left of it is not stored yet.</summary>
    public const string UploadAfterReceive = "upload.after_receive";

    /// <summary>All bytes are stored, as parts.</summary>
    public const string UploadBeforeComplete = "upload.before_complete";
    public const string UploadAfterComplete = "upload.after_complete";

    public const string PublishBeforeIntent = "publish.before_intent";
    public const string PublishAfterIntent = "publish.after_intent";

    /// <summary>In the folder store: the bytes are there, under a temporary name.</summary>
    public const string PublishInPut = "publish.in_put";

    /// <summary>After each object.</summary>
    public const string PublishAfterPut = "publish.after_put";
    public const string PublishAfterAllPuts = "publish.after_all_puts";
    public const string PublishAfterCompare = "publish.after_compare";

    /// <summary>After the first statement of the transaction that completes a job.</summary>
    public const string CompleteInTransaction = "complete.in_transaction";
    public const string CompleteBeforeCommit = "complete.before_commit";
    public const string CompleteAfterCommit = "complete.after_commit";

    /// <summary>Marked as handed over, and not in the queue yet.</summary>
    public const string DispatchAfterTake = "dispatch.after_take";
    public const string DispatchAfterEnqueue = "dispatch.after_enqueue";
    public const string ReapBeforeTake = "reap.before_take";

    public const string TranscodeBeforeCommit = "transcode.before_commit";

    public const string UploadAfterSpool = "upload.after_spool";
    public const string UploadAfterIntent = "upload.after_intent";
    public const string UploadAfterPut = "upload.after_put";
    public const string UploadBeforeCommit = "upload.before_commit";
    public const string UploadAfterCommit = "upload.after_commit";

    public const string CollectAfterList = "collect.after_list";

    /// <summary>After each batch of objects.</summary>
    public const string CollectMidDelete = "collect.mid_delete";
    public const string DeleteBeforeCommit = "delete.before_commit";
    public const string DeleteAfterCommit = "delete.after_commit";

    public static IReadOnlyList<string> All { get; } =
        [.. typeof(FailpointName).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];
}
