using System.Diagnostics;
using System.Net;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>
/// An API dies in the midst of a request and the client asks another one: what was committed is there and is done, of what was not
/// nothing is left behind. The other processes are stopped meanwhile, so that nobody does the victim's work before it is dead.
/// </summary>
[Collection("deployments")]
public sealed class ApiKillTests : DeploymentTest
{
    private const string Section = "APIs killed by SIGKILL";
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(1);
    private readonly List<KinoraClient> _users = [];

    private static IReadOnlyList<ApiFault> Faults { get; } =
    [
        new(FailpointName.UploadAfterSpool, "upload, after its last byte", IsCommitted: false, (t, f) => t.KillInUploadAsync(f)),
        new(FailpointName.UploadAfterIntent, "upload, after the intent", IsCommitted: false, (t, f) => t.KillInUploadAsync(f)),
        new(FailpointName.UploadAfterPut, "upload, after the PUT", IsCommitted: false, (t, f) => t.KillInUploadAsync(f)),
        new(FailpointName.UploadBeforeCommit, "upload, before the COMMIT", IsCommitted: false, (t, f) => t.KillInUploadAsync(f)),
        new(FailpointName.UploadAfterCommit, "upload, after the COMMIT", IsCommitted: true, (t, f) => t.KillInUploadAsync(f)),
        new(FailpointName.TranscodeBeforeCommit, "transcode, before the COMMIT", IsCommitted: false, (t, f) => t.KillInTranscodeAsync(f)),
        new(FailpointName.DispatchAfterTake, "transcode, between COMMIT and queue; to the claim", IsCommitted: true, (t, f) => t.KillInTranscodeAsync(f)),
        new(FailpointName.DeleteBeforeCommit, "delete, before the COMMIT", IsCommitted: false, (t, f) => t.KillInDeleteAsync(f)),
        new(FailpointName.DeleteAfterCommit, "delete, after the COMMIT", IsCommitted: true, (t, f) => t.KillInDeleteAsync(f)),
    ];

    protected override string[] Settings => [.. KillLane.Settings, "Kinora__Uploads__IntentTime=00:00:06"];

    protected override IReadOnlyList<string[]> WorkerSettings => [[]];

    public override async ValueTask DisposeAsync()
    {
        _users.ForEach(user => user.Dispose());
        await base.DisposeAsync();
    }

    [Fact]
    public async Task What_a_killed_api_committed_is_done_and_what_it_did_not_leaves_nothing()
    {
        IReadOnlyList<ApiFault> faults =
        [
            .. ChaosScale.Draw(Faults.Where(f => f.IsCommitted), f => f.Words), .. ChaosScale.Draw(Faults.Where(f => !f.IsCommitted), f => f.Words),
        ];
        var recoveries = faults.ToDictionary(fault => fault, _ => new List<TimeSpan>());
        var count = ChaosScale.Of(brief: 1, full: 6);
        for (var i = 0; i < count; i++)
        {
            foreach (var fault in faults)
            {
                recoveries[fault].Add(await fault.KillAsync(this, fault));
            }
        }

        var violations = await Invariants.SettleAsync(Deployment, Witness, SettlePatience, Cancellation);
        foreach (var fault in faults)
        {
            new FaultRow(Section, fault.Words, count, recoveries[fault].Count, recoveries[fault], violations).Conclude();
        }
    }

    private async Task<TimeSpan> KillInUploadAsync(ApiFault fault)
    {
        var user = await CreateUserAsync();
        var clip = await SourceClips.ShortAsync();
        await KillAsync(fault, user, there => there.UploadAsync(clip));

        var died = Stopwatch.GetTimestamp();
        var (videoId, jobId) = await user.UploadAsync(clip);
        var recovery = Stopwatch.GetElapsedTime(died);
        Witness.SawVideo(videoId, user);
        Witness.SawJob(jobId);
        var videos = (await user.GetAsync("/v1/videos")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(fault.IsCommitted ? 2 : 1, videos.Length);
        Array.ForEach(videos, video => Witness.SawVideo(video.GetProperty("id").GetGuid(), user));
        return recovery;
    }

    private async Task<TimeSpan> KillInTranscodeAsync(ApiFault fault)
    {
        var user = await CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        Witness.SawVideo(videoId, user);
        await KillAsync(fault, user, there => there.TranscodeAsync(videoId));

        var died = Stopwatch.GetTimestamp();
        var jobId = await user.TranscodeAsync(videoId);
        var recovery = Stopwatch.GetElapsedTime(died);
        Witness.SawJob(jobId);
        if (fault.IsCommitted)
        {
            await new ObservedJob(Deployment, jobId).WaitAsync(row => row.WorkerId is not null || row.Status == "SUCCEEDED");
            recovery = Stopwatch.GetElapsedTime(died);
        }

        // The killed API's job, where it made one, is the one that the second request was given.
        Assert.Equal(1L, await Deployment.QueryAsync<long>($"SELECT count(*) FROM jobs WHERE video_id = '{videoId}' AND type = 'HLS' AND parent_id IS NULL"));
        Witness.SawJob(await user.WaitForJobAsync(jobId));
        return recovery;
    }

    private async Task<TimeSpan> KillInDeleteAsync(ApiFault fault)
    {
        var user = await CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        Witness.SawVideo(videoId, user);
        await KillAsync(fault, user, there => there.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation));

        var died = Stopwatch.GetTimestamp();
        Assert.Equal(fault.IsCommitted ? HttpStatusCode.NotFound : HttpStatusCode.OK, await user.StatusOfAsync($"/v1/videos/{videoId}"));
        using var again = await user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
        Assert.Equal(fault.IsCommitted ? HttpStatusCode.NotFound : HttpStatusCode.NoContent, again.StatusCode);
        Witness.SawDeleted(videoId);
        return Stopwatch.GetElapsedTime(died);
    }

    /// <summary>The request, to an API that dies of it.</summary>
    private async Task KillAsync(ApiFault fault, KinoraClient user, Func<KinoraClient, Task> request)
    {
        await Eventually.TrueAsync(
            async () => await Deployment.QueryAsync<long>("SELECT count(*) FROM jobs WHERE status IN ('QUEUED', 'RUNNING')") == 0,
            () => Deployment.Log,
            KinoraClient.Patience);
        await using var victim = await Deployment.StartApiAsync(Deployment.Failpoints.Settings($"{fault.Failpoint}:kill"));
        using var there = user.At(victim.Address);
        KinoraProcess[] others = [Workers[0], Deployment.Api];
        Array.ForEach(others, p => p.Signal(PosixSignalNumber.Stop));
        try
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => request(there));
            await victim.Exited.WaitAsync(KinoraClient.Patience, Cancellation);
        }
        finally
        {
            Array.ForEach(others, p => p.Signal(PosixSignalNumber.Continue));
        }

        Assert.True(await Deployment.Failpoints.HasKilledAsync(victim, fault.Failpoint), $"{fault.Words}: it never fired");
    }

    private async Task<KinoraClient> CreateUserAsync()
    {
        var user = await Deployment.CreateUserAsync();
        _users.Add(user);
        return user;
    }

    /// <param name="IsCommitted">What the request asked for is done, though nobody was told.</param>
    private sealed record ApiFault(string Failpoint, string Words, bool IsCommitted, Func<ApiKillTests, ApiFault, Task<TimeSpan>> KillAsync);
}
