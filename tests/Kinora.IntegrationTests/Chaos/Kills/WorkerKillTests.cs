using Kinora.Core.Infra.Failpoints;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>Workers die by SIGKILL at each moment of a job's life; the job is done once, by another one, within seconds.</summary>
[Collection("deployments")]
public sealed class WorkerKillTests(SwiftServer swift, ITestOutputHelper output)
{
    private const string Section = "Workers killed by SIGKILL";
    private const int FullKills = 200;
    private const int FullPoints = 25;
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(6);

    /// <summary>Of each: also where tests share their machine with others.</summary>
    private static readonly TimeSpan LooseLimit = KillLane.Lease + TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_job_whose_worker_is_killed_anywhere_is_done_once_by_another()
    {
        ChaosTurns.SkipUntilItsTurn(GetType());
        var lanes = await Task.WhenAll(ChaosScale.IsFull
            ? [RunAsync([.. KillPoint.All.Where(p => p.OnS3)], onS3: true), .. OnFolders(KillPoint.All, 3)]
            : OnFolders(DrawBrief(), 1));

        var kills = lanes.SelectMany(l => l.Kills).ToArray();
        var recoveries = kills.Select(k => k.Recovery).OfType<TimeSpan>().Order().ToArray();
        output.WriteLine($"{kills.Length} kills at {kills.Select(k => k.Point).Distinct().Count()} points");
        foreach (var lane in lanes)
        {
            foreach (var point in lane.Kills.GroupBy(k => k.Point))
            {
                new FaultRow(
                    Section, point.Key.Fault, point.Count(), point.Count(k => k.HasFired), [.. point.Select(k => k.Recovery).OfType<TimeSpan>()],
                    [.. point.SelectMany(k => k.Violations), .. lane.Violations]).Conclude();
            }
        }

        Assert.All(kills, k => Assert.True(k.HasFired, k.Point.Fault));
        Assert.All(recoveries, recovery => Assert.InRange(recovery, TimeSpan.Zero, LooseLimit));
        if (ChaosScale.IsFull)
        {
            Assert.True(kills.Length >= FullKills && kills.Select(k => k.Point).Distinct().Count() >= FullPoints);
            Assert.InRange(recoveries[(int)Math.Ceiling(0.99 * recoveries.Length) - 1], TimeSpan.Zero, RecoveryLimit);
        }
    }

    /// <summary>One in the midst of ffmpeg, which must die with its worker, and another one.</summary>
    private static IReadOnlyList<KillPoint> DrawBrief()
    {
        var inEncode = KillPoint.All.Single(p => p.Failpoint == FailpointName.HlsEncode50);
        return [inEncode, .. ChaosScale.Draw(KillPoint.All.Where(p => !p.OnS3 && p != inEncode), p => p.Fault)];
    }

    private IEnumerable<Task<LaneResult>> OnFolders(IReadOnlyList<KillPoint> points, int lanes) =>
        points.Where(p => !p.OnS3).Select((point, i) => (point, i)).GroupBy(p => p.i % lanes, p => p.point).Select(lane => RunAsync([.. lane], onS3: false));

    private async Task<LaneResult> RunAsync(IReadOnlyList<KillPoint> points, bool onS3)
    {
        await using var lane = await KillLane.StartAsync(onS3 ? await swift.BucketAsync("kills") : null);
        var kills = new List<Kill>();
        for (var i = 0; i < ChaosScale.Of(brief: 1, full: 6); i++)
        {
            foreach (var point in points)
            {
                kills.Add(await lane.KillAsync(point));
            }
        }

        return new LaneResult(kills, await lane.SettleAsync());
    }

    /// <param name="Violations">At its end; of which of its kills cannot be told.</param>
    private sealed record LaneResult(IReadOnlyList<Kill> Kills, IReadOnlyList<string> Violations);
}
