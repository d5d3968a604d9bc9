using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>
/// POST cancel at the very moment at which the job is completed: one of them has happened, for the client, the rows and the objects alike.
/// </summary>
[Collection("deployments")]
public sealed class CancelRaceTests : DeploymentTest
{
    private const int Lanes = 4;
    private static readonly int Races = ChaosScale.Of(30, 1000);

    /// <summary>Of the completing transaction before and after it takes the job.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    /// <summary>How far cancels are strewn around the moment that is aimed at.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Correction = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentQueue<CancelRace> _races = new();
    private long _begun;

    /// <summary>After the publication was seen. Each cancel that wins moves it back, each that loses moves it on: so both go on winning.</summary>
    private long _aimTicks = TimeSpan.FromMilliseconds(250).Ticks;

    /// <summary>One that analyzes, and two with one slot for a thumbnail each.</summary>
    protected override IReadOnlyList<string[]> WorkerSettings
    {
        get
        {
            var milliseconds = (int)Delay.TotalMilliseconds;
            string[] publishing =
            [
                "Kinora__Worker__Concurrency__Analyze=0", "Kinora__Worker__Concurrency__Hls=0",
                .. Deployment.Failpoints.Settings(
                    "publish.after_intent:delay=200@*", $"complete.in_transaction:delay={milliseconds}@*",
                    $"complete.before_commit:delay={milliseconds}@*"),
            ];
            return [["Kinora__Worker__Concurrency__Thumbnail=0"], publishing, publishing];
        }
    }

    [Fact]
    public async Task A_job_is_canceled_or_completed_and_never_both()
    {
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => RaceOnAsync()));

        var violations = (await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation)).ToList();
        foreach (var race in _races)
        {
            violations.AddRange(await JudgeAsync(race));
        }

        var fired = Deployment.Failpoints.Fired.Where(f => f.Name.StartsWith("complete.", StringComparison.Ordinal)).ToList();
        var close = _races.Where(r => r.WasClose(fired, Delay)).ToList();
        new FaultRow("Races", "cancel against completion", _races.Count, close.Count, [], violations).Conclude();
        Assert.Contains(close, r => r.IsCanceled);
        Assert.Contains(close, r => !r.IsCanceled);
        if (ChaosScale.IsFull)
        {
            Assert.InRange(close.Count(r => r.IsCanceled), Races / 10, Races);
            Assert.InRange(close.Count(r => !r.IsCanceled), Races / 10, Races);
        }
    }

    private async Task RaceOnAsync()
    {
        while (Interlocked.Increment(ref _begun) <= Races)
        {
            var (videoId, _) = await User.UploadAsync(await SourceClips.SmallAsync());
            Witness.SawVideo(videoId, User);
            var (jobId, processId) = await WaitForPublicationAsync(videoId);
            var published = TimeProvider.System.GetUtcNow();
            var aim = TimeSpan.FromTicks(Interlocked.Read(ref _aimTicks)) + ((Random.Shared.NextDouble() - 0.5) * Spread);
            await Task.Delay(aim < TimeSpan.Zero ? TimeSpan.Zero : aim, Cancellation);

            var asked = TimeProvider.System.GetUtcNow();
            using var answer = await User.PostAsync($"/v1/jobs/{jobId}/cancel");
            var race = new CancelRace(jobId, published, processId, asked, TimeProvider.System.GetUtcNow(), answer.StatusCode == HttpStatusCode.OK);

            _races.Enqueue(race);
            Interlocked.Add(ref _aimTicks, race.IsCanceled ? Correction.Ticks : -Correction.Ticks);
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Conflict))
            {
                Witness.Add($"cancel of job {jobId} is answered {answer.StatusCode}");
            }

            Witness.SawStatus(jobId, race.IsCanceled ? "CANCELED" : "SUCCEEDED");
            Witness.SawJob(await User.JobAsync(jobId));
        }
    }

    /// <summary>
    /// Its intent is there: the completion follows in some hundreds of milliseconds. Where nobody looked in time it has ended already: then
    /// the cancel comes too late, which was no close race.
    /// </summary>
    private async Task<(Guid JobId, int ProcessId)> WaitForPublicationAsync(Guid videoId)
    {
        (Guid JobId, int ProcessId)? found = null;
        await Eventually.TrueAsync(
            async () => (found = await FindPublicationAsync(videoId)) is not null,
            () => $"nothing of {videoId} is published\n{Deployment.Log}",
            KinoraClient.Patience);
        return found!.Value;
    }

    private async Task<(Guid JobId, int ProcessId)?> FindPublicationAsync(Guid videoId)
    {
        await using var command = Deployment.Database.CreateCommand($"""
            SELECT j.id, COALESCE(split_part(j.lease_owner, ':', 2), '0') FROM jobs j JOIN storage_intents i ON i.job_id = j.id
            WHERE j.video_id = '{videoId}' AND j.type = 'THUMBNAIL' AND (j.lease_owner IS NOT NULL OR j.status = 'SUCCEEDED')
            """);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        return await reader.ReadAsync(Cancellation) ? (reader.GetGuid(0), int.Parse(reader.GetString(1), CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>At rest: the invariants have looked at the objects.</summary>
    private async Task<IReadOnlyList<string>> JudgeAsync(CancelRace race)
    {
        var status = await Deployment.QueryAsync<string>($"SELECT status FROM jobs WHERE id = '{race.JobId}'");
        var derivatives = await Deployment.QueryAsync<long>($"SELECT count(*) FROM derivatives WHERE job_id = '{race.JobId}'");
        return (status, derivatives) == (race.IsCanceled ? ("CANCELED", 0) : ("SUCCEEDED", 1L))
            ? []
            : [$"the cancel of job {race.JobId} was {(race.IsCanceled ? "taken" : "refused")}, and it is {status} with {derivatives} derivatives"];
    }
}
