using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Chaos.Races;

/// <summary>
/// POST cancel at the very moment at which the job is completed: one of them has happened, for the client, the rows and the objects alike.
/// </summary>
[Collection("deployments")]
public sealed class CancelRaceTests : IAsyncLifetime
{
    private const int Lanes = 4;
    private static readonly int Races = ChaosScale.Of(30, 1000);

    /// <summary>Of the completing transaction before and after it takes the job.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    /// <summary>How far cancels are strewn around the moment that is aimed at.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Correction = TimeSpan.FromMilliseconds(40);

    private readonly TestFolder _folder = new();
    private readonly Witness _witness = new();
    private readonly ConcurrentQueue<CancelRace> _races = new();
    private ArmedFailpoints _failpoints = null!;
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;
    private long _begun;

    /// <summary>After the publication was seen. Each cancel that wins moves it back, each that loses moves it on: so both go on winning.</summary>
    private long _aimTicks = TimeSpan.FromMilliseconds(250).Ticks;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _failpoints = new ArmedFailpoints(_folder.Path("fired"));
        _deployment = await Deployment.StartAsync(null);
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_job_is_canceled_or_completed_and_never_both()
    {
        var milliseconds = (int)Delay.TotalMilliseconds;
        var publishing = _failpoints.Settings(
            "publish.after_intent:delay=200@*", $"complete.in_transaction:delay={milliseconds}@*", $"complete.before_commit:delay={milliseconds}@*");
        string[] onlyThumbnails = ["Kinora__Worker__Concurrency__Analyze=0", "Kinora__Worker__Concurrency__Hls=0"];
        await Task.WhenAll(
            _deployment.StartWorkerAsync("Kinora__Worker__Concurrency__Thumbnail=0"),
            _deployment.StartWorkerAsync([.. onlyThumbnails, .. publishing]),
            _deployment.StartWorkerAsync([.. onlyThumbnails, .. publishing]));

        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => RaceOnAsync()));

        var violations = (await Invariants.SettleAsync(_deployment, _witness, KinoraClient.Patience, Cancellation)).ToList();
        foreach (var race in _races)
        {
            violations.AddRange(await JudgeAsync(race));
        }

        var fired = _failpoints.Fired.Where(f => f.Name.StartsWith("complete.", StringComparison.Ordinal)).ToList();
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
            var (videoId, _) = await _user.UploadAsync(await SourceClips.SmallAsync());
            _witness.SawVideo(videoId, _user);
            var (jobId, processId) = await WaitForPublicationAsync(videoId);
            var published = TimeProvider.System.GetUtcNow();
            var aim = TimeSpan.FromTicks(Interlocked.Read(ref _aimTicks)) + ((Random.Shared.NextDouble() - 0.5) * Spread);
            await Task.Delay(aim < TimeSpan.Zero ? TimeSpan.Zero : aim, Cancellation);

            var asked = TimeProvider.System.GetUtcNow();
            using var answer = await _user.PostAsync($"/v1/jobs/{jobId}/cancel");
            var race = new CancelRace(jobId, published, processId, asked, TimeProvider.System.GetUtcNow(), answer.StatusCode == HttpStatusCode.OK);

            _races.Enqueue(race);
            Interlocked.Add(ref _aimTicks, race.IsCanceled ? Correction.Ticks : -Correction.Ticks);
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Conflict))
            {
                _witness.Add($"cancel of job {jobId} is answered {answer.StatusCode}");
            }

            _witness.SawStatus(jobId, race.IsCanceled ? "CANCELED" : "SUCCEEDED");
            _witness.SawJob(await _user.JobAsync(jobId));
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
            () => $"nothing of {videoId} is published\n{_deployment.Log}",
            KinoraClient.Patience);
        return found!.Value;
    }

    private async Task<(Guid JobId, int ProcessId)?> FindPublicationAsync(Guid videoId)
    {
        await using var command = _deployment.Database.CreateCommand($"""
            SELECT j.id, COALESCE(split_part(j.lease_owner, ':', 2), '0') FROM jobs j JOIN storage_intents i ON i.job_id = j.id
            WHERE j.video_id = '{videoId}' AND j.type = 'THUMBNAIL' AND (j.lease_owner IS NOT NULL OR j.status = 'SUCCEEDED')
            """);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        return await reader.ReadAsync(Cancellation) ? (reader.GetGuid(0), int.Parse(reader.GetString(1), CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>At rest: the invariants have looked at the objects.</summary>
    private async Task<IReadOnlyList<string>> JudgeAsync(CancelRace race)
    {
        var status = await _deployment.QueryAsync<string>($"SELECT status FROM jobs WHERE id = '{race.JobId}'");
        var derivatives = await _deployment.QueryAsync<long>($"SELECT count(*) FROM derivatives WHERE job_id = '{race.JobId}'");
        return (status, derivatives) == (race.IsCanceled ? ("CANCELED", 0) : ("SUCCEEDED", 1L))
            ? []
            : [$"the cancel of job {race.JobId} was {(race.IsCanceled ? "taken" : "refused")}, and it is {status} with {derivatives} derivatives"];
    }
}
