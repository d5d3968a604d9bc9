using Kinora.IntegrationTests.Chaos.Clocks;
using Kinora.IntegrationTests.Chaos.Disks;
using Kinora.IntegrationTests.Chaos.Encoders;
using Kinora.IntegrationTests.Chaos.Fairness;
using Kinora.IntegrationTests.Chaos.Faults;
using Kinora.IntegrationTests.Chaos.Kills;
using Kinora.IntegrationTests.Chaos.Leases;
using Kinora.IntegrationTests.Chaos.Network;
using Kinora.IntegrationTests.Chaos.Races;
using Kinora.IntegrationTests.Chaos.Storage;
using Kinora.IntegrationTests.Uploads;
using Kinora.IntegrationTests.Uploads.ByUrl;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>
/// In a run of all tests the long suites of one kind take turns, so that they need minutes: one of each runs, another one at each run.
/// Where tests are chosen, and in the full form, all of them run.
/// </summary>
internal static class ChaosTurns
{
    private static readonly Type[][] Kinds =
    [
        [typeof(WorkerKillTests), typeof(ApiKillTests), typeof(ChoreKillTests)],
        [typeof(StoppedWorkerTests), typeof(RollingRestartTests)],
        [typeof(PoisonTests), typeof(FalseRescueTests)],
        [typeof(CancelRaceTests), typeof(SubmitRaceTests)],
        [typeof(DeleteTests), typeof(FrozenWorkerTests), typeof(MessageTests)],
        [typeof(QueueFaultTests), typeof(DatabaseFaultTests)],
        [typeof(StoreFaultTests), typeof(PartitionTests)],
        [typeof(EncoderFaultTests), typeof(DiskFullTests)],
        [typeof(ClockTests), typeof(FairClaimTests)],

        // The same on another store.
        [typeof(FolderUploadTests), typeof(S3UploadTests)],
        [typeof(FolderUrlUploadTests), typeof(S3UrlUploadTests)],
    ];

    private static readonly HashSet<Type> Waiting = ChaosScale.HasTurns
        ? [.. Kinds.SelectMany(kind => kind.Except([kind[Random.Shared.Next(kind.Length)]]))]
        : [];

    /// <summary>Before the test starts anything.</summary>
    public static void SkipUntilItsTurn(Type suite) =>
        Assert.SkipWhen(Waiting.Contains(suite), $"Not its turn in this run: ./kinora test --filter {suite.Name} runs it.");
}
