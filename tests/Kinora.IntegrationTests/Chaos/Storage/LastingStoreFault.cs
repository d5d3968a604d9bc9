using Kinora.IntegrationTests.Chaos.Proxies;

namespace Kinora.IntegrationTests.Chaos.Storage;

/// <summary>Something that is wrong with a store for a while.</summary>
/// <param name="Lasts">Null: until all work is done in spite of it.</param>
public sealed record LastingStoreFault(string Words, Func<S3Fault> Make, TimeSpan? Lasts)
{
    private const double Share = 0.3;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<LastingStoreFault> All { get; } =
    [
        new("500 to 30 % of the calls", () => Some(S3FaultKind.InternalError), null),
        new("connection refused for 5 s", () => new S3Fault(S3FaultKind.Refused, _ => true), Outage),
        new("503 to 30 % of the calls", () => Some(S3FaultKind.SlowDown), null),
        new("30 % of the answers lost", () => Some(S3FaultKind.LostAnswer), null),
        new("403 to all calls for 5 s", () => new S3Fault(S3FaultKind.Denied, _ => true), Outage),
        new("no answer to any call for 5 s", () => new S3Fault(S3FaultKind.NoAnswer, _ => true), Outage),
        new("listings and deletions at 1 KB/s", () => new S3Fault(S3FaultKind.SlowBody, S3Operation.List, S3Operation.Delete), null),
        new("500 to 30 % of listings and deletions",
            () => new S3Fault(S3FaultKind.InternalError, S3Operation.List, S3Operation.Delete) { Probability = Share }, null),
    ];

    public override string ToString() => Words;

    /// <summary>Not of the collector's calls: it puts off for a minute what it could not sweep.</summary>
    private static S3Fault Some(S3FaultKind kind) =>
        new(kind, call => call.Operation is not (S3Operation.List or S3Operation.Delete)) { Probability = Share };
}
