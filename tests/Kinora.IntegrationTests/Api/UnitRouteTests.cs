using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage.Audit;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Storage.Audit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kinora.IntegrationTests.Api;

/// <summary>What owners see of a job that was split: the job, and nothing of its units. The test plays the workers.</summary>
public sealed class UnitRouteTests(ApiFixture fixture) : IAsyncLifetime
{
    private AuditedStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private JobStore Jobs => _store.Api.Services.GetRequiredService<JobStore>();

    public async ValueTask InitializeAsync() => _store = await AuditedStore.StartAsync(fixture);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_unit_is_no_job_to_anybody()
    {
        var (videoId, jobId, units) = await ParkAsync();

        foreach (var path in (string[])["", "/cancel", "/retry"])
        {
            using var answer = await _store.Client.SendAsync(
                new HttpRequestMessage(path.Length == 0 ? HttpMethod.Get : HttpMethod.Post, $"/v1/jobs/{units[0].Id}{path}"), Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        var listed = (await GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(["HLS", "THUMBNAIL", "ANALYZE"], listed.Select(j => j.GetProperty("type").GetString()));
        var parent = await GetAsync($"/v1/jobs/{jobId}");
        Assert.Equal(("RUNNING", JsonValueKind.Null), (parent.GetProperty("status").GetString(), parent.GetProperty("nextAttemptAt").ValueKind));
        Assert.Equal(jobId, await PublishedVideo.RequestHlsAsync(_store.Client, videoId));
    }

    [Fact]
    public async Task A_parked_job_is_explained_by_its_parts()
    {
        var (videoId, _, units) = await ParkAsync();
        Assert.Equal("Its encoding: 0 of 3 parts are done, 0 are under way. The next one waits for a free worker.", await ExplainAsync());

        var unit = await PublishedVideo.ClaimAsync(_store.Api, units[0].Id);
        Assert.Equal("Its encoding: 0 of 3 parts are done, 1 is under way.", await ExplainAsync());

        await Jobs.FailAsync(unit, JobErrorCode.Timeout, "It took too long.", TimeSpan.FromMinutes(10), Cancellation);
        Assert.Matches(
            @"^Its encoding: 0 of 3 parts are done, 0 are under way\. One of them waits: Attempt 2 of 3 follows at [-0-9 :]* UTC, after TIMEOUT: It took too long\.$",
            await ExplainAsync());

        async Task<string> ExplainAsync()
        {
            var explanation = await GetAsync($"/v1/videos/{videoId}/explain");
            Assert.Equal("RUNNING", explanation.GetProperty("code").GetString());
            return explanation.GetProperty("message").GetString()!;
        }
    }

    [Fact]
    public async Task A_cancel_ends_all_units_and_what_they_published_is_collected()
    {
        var (_, jobId, units) = await ParkAsync();
        var key = await PublishAsync(units[0].Id);

        using var canceled = await _store.Client.PostAsync($"/v1/jobs/{jobId}/cancel", null, Cancellation);
        canceled.EnsureSuccessStatusCode();

        await Eventually.TrueAsync(
            async () => await _store.QueryAsync<long>("SELECT count(*) FROM hls_pieces") == 0, () => "pieces are left");
        await _store.Sweeper.RunAsync(Cancellation);
        Assert.DoesNotContain(key, await _store.ListAsync("derivatives/"));
    }

    [Fact]
    public async Task A_piece_is_known_to_an_audit_and_missed_when_it_is_not_there()
    {
        var (_, _, units) = await ParkAsync();
        var key = await PublishAsync(units[0].Id);
        Assert.Empty(await _store.AuditAsync(checksums: true));

        await _store.Objects.DeleteAsync([key], Cancellation);
        var found = Assert.Single(await _store.AuditAsync(repair: AuditRepair.All));

        Assert.Equal(("MISSING_OBJECT", key, RepairOutcome.Impossible), (found.Code, found.Subject, found.Outcome));
    }

    [Fact]
    public async Task What_units_made_is_served_by_its_names_and_audited_by_its_paths()
    {
        var (videoId, jobId, units) = await ParkAsync();
        var first = await PublishAsync(units[0].Id);
        await PublishAsync(units[1].Id);
        await Eventually.TrueAsync(
            async () => await _store.QueryAsync<bool>($"SELECT run_after < 'infinity' FROM jobs WHERE id = '{units[2].Id}'"),
            () => "the last unit sleeps");
        var last = await PublishedVideo.ClaimAsync(_store.Api, units[2].Id);
        var (prefix, file) = await PutAsync(last, "master.m3u8");
        var root = prefix[..(prefix.TrimEnd('/').LastIndexOf('/') + 1)];
        var pieces = await _store.QueryAsync<string[]>("SELECT array_agg(prefix || (file ->> 'name') ORDER BY prefix) FROM hls_pieces");
        var derivative = new Derivative
        {
            VideoId = videoId,
            JobId = jobId,
            Type = JobType.Hls,
            Fence = await _store.QueryAsync<long>($"SELECT fence FROM jobs WHERE id = '{jobId}'"),
            Prefix = root,
            Manifest = new Manifest([.. pieces.Select(key => file with { Name = key[root.Length..] }), file with { Path = prefix[root.Length..] + file.Name }]),
        };
        Assert.True(await _store.Api.Services.GetRequiredService<CompleteJob>().PublishedAsync(last, derivative, prefix, Cancellation));

        foreach (var name in derivative.Manifest.Files.Select(f => f.Name))
        {
            Assert.Equal("stored", await _store.Client.GetStringAsync($"/v1/videos/{videoId}/hls/{name}", Cancellation));
        }

        Assert.Empty(await _store.AuditAsync(checksums: true));
        await _store.Objects.DeleteAsync([first], Cancellation);
        Assert.Equal(first, Assert.Single(await _store.AuditAsync()).Subject);
    }

    private async Task<(Guid VideoId, Guid JobId, NewUnit[] Units)> ParkAsync()
    {
        var (videoId, _, _) = await PublishedVideo.AnalyzeAsync(_store.Api, _store.Client);
        var jobId = await PublishedVideo.RequestHlsAsync(_store.Client, videoId);
        var units = Enumerable.Range(0, 3).Select(i => new NewUnit(Guid.CreateVersion7(), "{}", 0, 1, IsLast: i == 2)).ToArray();
        Assert.True(await _store.Api.Services.GetRequiredService<HlsUnits>()
            .ParkAsync(await PublishedVideo.ClaimAsync(_store.Api, jobId), "{}", units, Cancellation));
        return (videoId, jobId, units);
    }

    /// <returns>The piece's key.</returns>
    private async Task<string> PublishAsync(Guid unitId)
    {
        var unit = await PublishedVideo.ClaimAsync(_store.Api, unitId);
        var (prefix, file) = await PutAsync(unit, "0.mp4");
        var piece = new HlsPiece
        {
            JobId = unit.ParentId!.Value,
            Track = unitId.ToString(),
            Number = 0,
            UnitId = unitId,
            Fence = unit.Fence,
            Prefix = prefix,
            File = file,
            Facts = "{}",
        };
        Assert.True(await _store.Api.Services.GetRequiredService<CompleteJob>().PiecesAsync(unit, [piece], prefix, isLast: true, Cancellation));
        return prefix + file.Name;
    }

    private async Task<(string Prefix, ManifestFile File)> PutAsync(ClaimedJob unit, string name)
    {
        var services = _store.Api.Services;
        var publisher = new Publisher(
            services.GetRequiredService<NpgsqlDataSource>(),
            services.GetRequiredService<JobStatements>(),
            _store.Objects,
            services.GetRequiredService<CompleteJob>());
        var path = Path.Combine(_store.Folder, "..", $"{unit.Id}");
        await File.WriteAllTextAsync(path, "stored", Cancellation);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData("stored"u8));
        var prefix = await publisher.BeginPrefixAsync(unit, Cancellation);
        await publisher.PutAsync(prefix, [new LocalFile(name, path, 6, sha256, "video/mp4")], _ => { }, Cancellation);
        return (prefix, new ManifestFile(name, 6, sha256, "video/mp4"));
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _store.Client.GetAsync(path, Cancellation);
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
    }
}
