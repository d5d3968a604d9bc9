using Kinora.IntegrationTests.Chaos.Proxies;

namespace Kinora.IntegrationTests.Chaos.Storage;

/// <summary>Which calls of a phase a kind of fault can strike: an answer without a body cannot be cut, nor a request without one.</summary>
internal static class StoreFaultPlan
{
    /// <summary>Each round strikes another operation; every second one twice, since the client mends what happens once by itself.</summary>
    /// <returns>Null: none of the phase's calls can be struck.</returns>
    public static S3Fault? Find(S3FaultKind kind, StorePhase phase, int round)
    {
        var operations = Operations(kind, phase);
        if (operations.Length == 0)
        {
            return null;
        }

        var operation = operations[round % operations.Length];
        var area = phase is StorePhase.Upload or StorePhase.Fetch ? "sources/" : "derivatives/";
        return new S3Fault(kind, call => call.Operation == operation && call.Key.StartsWith(area, StringComparison.Ordinal))
        {
            AtMost = phase == StorePhase.Fetch && IsSeenInCopy(kind) ? 1 : 1 + (round % 2),
        };
    }

    /// <summary>A copy with other bytes is fetched once more, and then charged: the store has answered, twice.</summary>
    private static bool IsSeenInCopy(S3FaultKind kind) => kind is S3FaultKind.FlippedAnswer or S3FaultKind.WrongLength or S3FaultKind.ErrorIn200;

    public static string Words(S3FaultKind kind) => kind switch
    {
        S3FaultKind.InternalError => "500",
        S3FaultKind.SlowDown => "503",
        S3FaultKind.Denied => "403",
        S3FaultKind.NoAnswer => "no answer",
        S3FaultKind.SlowBody => "1 KB/s",
        S3FaultKind.TruncatedAnswer => "half of an answer",
        S3FaultKind.FlippedAnswer => "a byte of an answer flipped",
        S3FaultKind.FlippedRequest => "a byte of a request flipped",
        S3FaultKind.ResetInRequest => "reset in the middle of a request",
        S3FaultKind.ResetInAnswer => "reset in the middle of an answer",
        S3FaultKind.ErrorIn200 => "200 with an error inside",
        S3FaultKind.LostAnswer => "done, and the answer lost",
        S3FaultKind.Missing => "404 for what is there",
        S3FaultKind.Refused => "connection refused",
        S3FaultKind.Garbage => "an answer that is no HTTP",
        S3FaultKind.WrongLength => "a wrong length",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static S3Operation[] Operations(S3FaultKind kind, StorePhase phase) => (phase, kind) switch
    {
        (StorePhase.Upload, S3FaultKind.SlowBody) => [S3Operation.Part],
        (StorePhase.Upload, S3FaultKind.FlippedRequest or S3FaultKind.ResetInRequest) => [S3Operation.Part, S3Operation.Complete],

        // The answer to a Complete comes in chunks, of which nobody knows beforehand where their middle is.
        (StorePhase.Upload, S3FaultKind.TruncatedAnswer or S3FaultKind.ResetInAnswer or S3FaultKind.FlippedAnswer) => [S3Operation.Initiate],
        (StorePhase.Upload, S3FaultKind.WrongLength) => [S3Operation.Head, S3Operation.Initiate],
        (StorePhase.Upload, S3FaultKind.ErrorIn200) => [S3Operation.Complete, S3Operation.Initiate],
        (StorePhase.Upload, S3FaultKind.Missing) => [S3Operation.Head, S3Operation.Part],
        (StorePhase.Upload, S3FaultKind.LostAnswer) => [S3Operation.Complete, S3Operation.Part, S3Operation.Initiate],
        (StorePhase.Upload, _) => [S3Operation.Part, S3Operation.Initiate, S3Operation.Head, S3Operation.Complete],
        (StorePhase.Fetch or StorePhase.Playback, S3FaultKind.FlippedRequest or S3FaultKind.ResetInRequest) => [],
        (StorePhase.Fetch or StorePhase.Playback, _) => [S3Operation.Get],
        (StorePhase.Publish, S3FaultKind.TruncatedAnswer or S3FaultKind.ResetInAnswer or S3FaultKind.FlippedAnswer) => [],
        (StorePhase.Publish, S3FaultKind.WrongLength or S3FaultKind.Missing) => [S3Operation.Head],
        (StorePhase.Publish, S3FaultKind.SlowBody or S3FaultKind.FlippedRequest or S3FaultKind.ResetInRequest or S3FaultKind.ErrorIn200) =>
            [S3Operation.Put],
        _ => [S3Operation.Put, S3Operation.Head],
    };
}
