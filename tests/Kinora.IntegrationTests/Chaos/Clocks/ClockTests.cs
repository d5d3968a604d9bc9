using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Clocks;

/// <summary>
/// Workers and APIs whose clocks are an hour ahead or behind, beside an API whose clock is right. Jobs know the database's clock alone. What
/// is signed with an end in it (access tokens, playback links, requests to S3) knows the clocks of its hosts.
/// </summary>
[Collection("deployments")]
public sealed class ClockTests(WrongClocks clocks) : IClassFixture<WrongClocks>, IAsyncLifetime
{
    private static readonly TimeSpan Near = TimeSpan.FromMinutes(10);
    private static readonly HttpClient Http = new();
    private readonly Witness _witness = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Deployment Deployment => clocks.Deployment;

    public async ValueTask InitializeAsync()
    {
        ChaosTurns.SkipUntilItsTurn(GetType());
        await clocks.StartedAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static TheoryData<int> Signs => [.. ChaosScale.Draw([1, -1], sign => $"{sign}")];

    [Theory]
    [MemberData(nameof(Signs))]
    public async Task Jobs_do_not_care_for_the_clock_of_their_worker_or_API(int sign)
    {
        var api = sign > 0 ? clocks.Ahead : clocks.Behind;
        var hold = 3 * WrongClocks.Lease;
        var failpoints = Deployment.NewFailpoints();
        string[] settings =
        [
            .. await WrongClock.SettingsAsync(sign * WrongClocks.Offset),
            .. failpoints.Settings("thumbnail.after_fetch:throw@1", $"hls.after_scan:delay={(int)hold.TotalMilliseconds}@*"),
        ];
        await using var worker = await Deployment.StartWorkerAsync(settings);
        using var user = await Deployment.CreateUserAsync(api);

        // An upload, an analysis, and a thumbnail whose second attempt waits for its backoff and no longer.
        var (videoId, analyzeId) = await user.UploadAsync(await SourceClips.ShortAsync());
        _witness.SawVideo(videoId, user);
        _witness.SawJob(await user.WaitForJobAsync(analyzeId));
        var thumbnailId = (await user.JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid();
        var thumbnail = _witness.SawJob(await user.WaitForJobAsync(thumbnailId));
        Assert.Equal(2, thumbnail.GetProperty("attempts").GetInt32());

        // An encoding that is canceled in its midst; the next one outlasts three leases in the hands of the same worker.
        var canceledId = await user.TranscodeAsync(videoId);
        await failpoints.WaitAsync("hls.after_scan");
        using (var answer = await user.PostAsync($"/v1/jobs/{canceledId}/cancel"))
        {
            _witness.SawJob(await user.BodyAsync(answer, HttpStatusCode.OK));
        }

        var job = _witness.SawJob(await user.WaitForJobAsync(await user.TranscodeAsync(videoId)));
        Assert.Equal(1, job.GetProperty("attempts").GetInt32());
        Assert.InRange(
            job.GetProperty("finishedAt").GetDateTimeOffset() - job.GetProperty("startedAt").GetDateTimeOffset(), hold, KinoraClient.Patience);
        Assert.Equal(0L, await Deployment.QueryAsync<long>($"SELECT sum(crashes + deferrals) FROM jobs WHERE video_id = '{videoId}'"));
        var violations = await Invariants.SettleAsync(Deployment, _witness, KinoraClient.Patience, Cancellation);
        await ConcludeAsync($"jobs with a worker and an API an hour {(sign > 0 ? "ahead" : "behind")}", sign, violations, worker, api);
    }

    [Fact]
    public async Task The_job_of_a_killed_worker_is_taken_by_one_whose_clock_is_two_hours_behind_the_first()
    {
        var failpoints = Deployment.NewFailpoints();
        var hold = failpoints.Settings("analyze.before_probe:hang@1");
        await using var first = await Deployment.StartWorkerAsync([.. await WrongClock.SettingsAsync(WrongClocks.Offset), .. hold]);
        var offset = await WrongClock.OffsetOfAsync(first, Cancellation);
        using var user = await Deployment.CreateUserAsync();
        var (_, jobId) = await user.UploadAsync(await SourceClips.ShortAsync());
        await failpoints.WaitAsync("analyze.before_probe");
        await using var second = await Deployment.StartWorkerAsync(await WrongClock.SettingsAsync(-WrongClocks.Offset));

        first.Signal(PosixSignalNumber.Kill);
        var killed = TimeProvider.System.GetTimestamp();
        var job = await user.WaitForJobAsync(jobId);
        var recovery = TimeProvider.System.GetElapsedTime(killed);

        Assert.Equal(2, job.GetProperty("attempts").GetInt32());
        Assert.InRange(offset, WrongClocks.Offset - Near, WrongClocks.Offset + Near);
        Assert.InRange(await WrongClock.OffsetOfAsync(second, Cancellation), -WrongClocks.Offset - Near, -WrongClocks.Offset + Near);
        new FaultRow(
            "Clocks", "kill -9 of a worker an hour ahead; the next one is an hour behind", 1, 1, [recovery],
            await Invariants.SettleAsync(Deployment, _witness, KinoraClient.Patience, Cancellation)).Conclude();
    }

    [Fact]
    public async Task Links_and_sessions_outlast_an_hour_of_difference_and_access_tokens_do_not()
    {
        await using var worker = await Deployment.StartWorkerAsync();
        using var user = await Deployment.CreateUserAsync();
        var email = (await user.GetAsync("/v1/me")).Text("email")!;
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await user.WaitForJobAsync(await user.TranscodeAsync(videoId));
        var violations = new List<string>();

        var refresh = "";
        foreach (var maker in clocks.Apis)
        {
            // A session goes on at any API.
            var session = refresh == "" ? await LoginAsync(maker, email) : await RefreshAsync(maker, refresh);
            refresh = session.Text("refreshToken")!;
            var token = session.Text("accessToken")!;
            var link = (await GetAsync(maker, $"/v1/videos/{videoId}/playback", token)).Body.Text("masterUrl")!;
            foreach (var reader in clocks.Apis)
            {
                // A token holds for a quarter of an hour by its maker's clock. Nobody asks when it began: one from the future is good.
                var isGood = clocks.OffsetOf(maker) >= clocks.OffsetOf(reader);
                var (status, _) = await GetAsync(reader, "/v1/me", token);
                if (status != (isGood ? HttpStatusCode.OK : HttpStatusCode.Unauthorized))
                {
                    violations.Add($"a token made at {clocks.OffsetOf(maker)} is answered {(int)status} at {clocks.OffsetOf(reader)}");
                }

                // A link holds for hours.
                var (played, _) = await GetAsync(reader, link, null);
                if (played != HttpStatusCode.OK)
                {
                    violations.Add($"a link made at {clocks.OffsetOf(maker)} is answered {(int)played} at {clocks.OffsetOf(reader)}");
                }
            }
        }

        await ConcludeAsync("sessions, access tokens and playback links over APIs an hour ahead, right and an hour behind", 1, violations, clocks.Ahead);
        await ConcludeAsync("the same, seen from the API that is behind", -1, violations, clocks.Behind);
    }

    /// <summary>It fired in each process whose clock was seen to be wrong.</summary>
    private static async Task ConcludeAsync(string fault, int sign, IReadOnlyList<string> violations, params KinoraProcess[] processes)
    {
        var offsets = await Task.WhenAll(processes.Select(p => WrongClock.OffsetOfAsync(p, Cancellation)));
        var fired = offsets.Count(o => (o - (sign * WrongClocks.Offset)).Duration() < Near);
        new FaultRow("Clocks", fault, processes.Length, fired, [], violations).Conclude();
        Assert.Equal(processes.Length, fired);
    }

    private static async Task<JsonElement> LoginAsync(KinoraProcess api, string email)
    {
        using var answer = await Http.PostAsJsonAsync(new Uri(api.Address, "/v1/auth/login"), new { email, password = ApiUser.DefaultPassword }, Cancellation);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private static async Task<JsonElement> RefreshAsync(KinoraProcess api, string refreshToken)
    {
        using var answer = await Http.PostAsJsonAsync(new Uri(api.Address, "/v1/auth/refresh"), new { refreshToken }, Cancellation);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(KinoraProcess api, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api.Address, path));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await Http.SendAsync(request, Cancellation);
        return (answer.StatusCode, token is null ? default : await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation));
    }
}
