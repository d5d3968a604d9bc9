using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Kills;

/// <summary>An update without a pause: each process is replaced and told to stop by SIGTERM while clients upload, encode and play.</summary>
[Collection("deployments")]
public sealed class RollingRestartTests : DeploymentTest
{
    private const int Clients = 2;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SettlePatience = TimeSpan.FromMinutes(2);
    private readonly ConcurrentQueue<TimeSpan> _gaps = new();
    private readonly ConcurrentDictionary<KinoraProcess, byte> _apis = new();
    private readonly ConcurrentQueue<KinoraClient> _clients = new();

    protected override string[] Settings => [.. KillLane.Settings];

    protected override IReadOnlyList<string[]> WorkerSettings => [[], []];

    public override async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await base.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_while_processes_are_replaced_under_load()
    {
        var api = await Deployment.StartApiAsync();
        List<KinoraProcess> workers = [.. Workers];
        _apis[Deployment.Api] = _apis[api] = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var users = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Deployment.CreateUserAsync()));
        var loads = users.Select(user => LoadAsync(user, stop.Token)).ToArray();

        var exits = new List<int>();
        for (var i = 0; i < ChaosScale.Of(brief: 1, full: 8); i++)
        {
            foreach (var old in _apis.Keys.Take(ChaosScale.Of(brief: 1, full: 2)).ToArray())
            {
                _apis[await Deployment.StartApiAsync()] = 0;
                _apis.TryRemove(old, out _);
                exits.Add(await StopAsync(old));
            }

            foreach (var old in workers.Take(ChaosScale.Of(brief: 1, full: 2)).ToArray())
            {
                workers.Add(await Deployment.StartWorkerAsync());
                workers.Remove(old);
                exits.Add(await StopAsync(old));
            }
        }

        await stop.CancelAsync();
        var rounds = (await Task.WhenAll(loads)).Sum();
        MoveToLivingApi();
        var violations = await Invariants.SettleAsync(Deployment, Witness, SettlePatience, Cancellation);
        new FaultRow(
            "Processes stopped by SIGTERM", "SIGTERM of each API and worker in turn, under load; until another API answers the refused client",
            exits.Count, exits.Count(code => code == 0), [.. _gaps], violations).Conclude();
        Assert.All(exits, code => Assert.Equal(0, code));
        Assert.True(rounds > 0, "the clients came to nothing");
        Assert.All(Witness.Jobs.Values.OfType<string>(), status => Assert.Equal("SUCCEEDED", status));
    }

    /// <summary>Uploads, encodes and plays one video after the other.</summary>
    /// <returns>How many it played.</returns>
    private async Task<int> LoadAsync(KinoraClient user, CancellationToken stop)
    {
        _clients.Enqueue(user);
        var played = 0;
        while (!stop.IsCancellationRequested)
        {
            var clip = await SourceClips.ShortAsync();
            var (videoId, analyzeId) = await AskAsync(user, u => u.UploadAsync(clip));
            Witness.SawVideo(videoId, user);
            await WaitForJobAsync(user, analyzeId);
            var hlsId = await AskAsync(user, u => u.TranscodeAsync(videoId));
            await WaitForJobAsync(user, hlsId);
            var playback = await AskAsync(user, u => u.GetAsync($"/v1/videos/{videoId}/playback"));
            var master = new Uri(playback.Text("masterUrl")!, UriKind.RelativeOrAbsolute);
            var path = master.IsAbsoluteUri ? master.AbsolutePath : master.OriginalString;
            Assert.Equal(HttpStatusCode.OK, await AskAsync(user, u => u.StatusOfAsync(path)));
            played++;
        }

        return played;
    }

    private async Task WaitForJobAsync(KinoraClient user, Guid jobId)
    {
        Witness.SawJob(jobId);
        var started = Stopwatch.GetTimestamp();
        while (Witness.SawJob(await AskAsync(user, u => u.JobAsync(jobId))).Text("status") is "QUEUED" or "RUNNING")
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < KinoraClient.Patience, $"job {jobId} does not end\n{Deployment.Log}");
            await Task.Delay(RetryInterval, Cancellation);
        }
    }

    /// <summary>Of any API; after a fault of the connection another one is asked. An answer that is not expected is none of these.</summary>
    private async Task<T> AskAsync<T>(KinoraClient user, Func<KinoraClient, Task<T>> ask)
    {
        long? failed = null;
        while (true)
        {
            var apis = _apis.Keys.ToArray();
            using var client = user.At(apis[Random.Shared.Next(apis.Length)].Address);
            try
            {
                var answer = await ask(client);
                if (failed is { } since)
                {
                    _gaps.Enqueue(Stopwatch.GetElapsedTime(since));
                }

                return answer;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                failed ??= Stopwatch.GetTimestamp();
                Assert.True(Stopwatch.GetElapsedTime(failed.Value) < KinoraClient.Patience, $"no API answers: {e.Message}\n{Deployment.Log}");
                await Task.Delay(RetryInterval, Cancellation);
            }
        }
    }

    /// <summary>The one that the clients began with is gone.</summary>
    private void MoveToLivingApi()
    {
        foreach (var owner in Witness.Videos.GroupBy(v => v.Value, v => v.Key))
        {
            var moved = owner.Key.At(_apis.Keys.First().Address);
            _clients.Enqueue(moved);
            foreach (var videoId in owner)
            {
                Witness.SawVideo(videoId, moved);
            }
        }
    }

    private static async Task<int> StopAsync(KinoraProcess process)
    {
        process.Signal(PosixSignalNumber.Terminate);
        return await process.Exited.WaitAsync(KinoraClient.Patience, Cancellation);
    }
}
