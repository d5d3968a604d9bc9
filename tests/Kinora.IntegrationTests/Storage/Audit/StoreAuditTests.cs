using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Audit;
using Kinora.Core.Playback;
using Kinora.IntegrationTests.Api;

namespace Kinora.IntegrationTests.Storage.Audit;

public sealed class StoreAuditTests(ApiFixture fixture) : IAsyncLifetime
{
    private AuditedStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await AuditedStore.StartAsync(fixture);

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task What_is_whole_has_no_findings()
    {
        await PublishAsync();
        await PublishAsync();

        Assert.Empty(await _store.AuditAsync(checksums: true));
    }

    [Fact]
    public async Task One_pass_finds_all_damage_and_after_its_repair_nothing_is_found()
    {
        var (flipped, truncated, deleted, blind) = (await PublishAsync(), await PublishAsync(), await PublishAsync(), await PublishAsync());
        var expected = new List<(string Code, string Subject)>();
        await DamageAsync("WRONG_CHECKSUM", flipped, PublishedVideo.Segment, _store.FlipAsync);
        await DamageAsync("WRONG_SIZE", truncated, PublishedVideo.Sound, _store.TruncateAsync);
        await DamageAsync("WRONG_CHECKSUM", truncated, PublishedVideo.Master, _store.FlipAsync);
        await DamageAsync("MISSING_OBJECT", deleted, PublishedVideo.Segment, DeleteAsync);
        await DamageAsync("MISSING_OBJECT", deleted, PublishedVideo.Empty, DeleteAsync);
        await DamageAsync("MISSING_OBJECT", blind, PlaybackService.ThumbnailName, DeleteAsync);
        foreach (var stray in (string[])
            [$"derivatives/{deleted.Id}/{Guid.CreateVersion7()}/7/1.m4s", $"sources/{Guid.CreateVersion7()}/source", "zzz/of-nobody", PrefixOf(await KeyAsync(flipped, PublishedVideo.Sound)) + "more"])
        {
            await _store.PutAsync(stray);
            expected.Add(("UNKNOWN_OBJECT", stray));
        }

        var found = await _store.AuditAsync(checksums: true);
        Assert.Equal(expected.Order(), found.Select(f => (f.Code, f.Subject)).Order());
        Assert.All(found, f => Assert.True(f.Remains && f.Outcome == RepairOutcome.None));
        Assert.Equal(
            expected.Where(e => e.Code != "WRONG_CHECKSUM").Order(), (await _store.AuditAsync()).Select(f => (f.Code, f.Subject)).Order());

        var repaired = await _store.AuditAsync(checksums: true, AuditRepair.All);
        Assert.Equal(expected.Order(), repaired.Select(f => (f.Code, f.Subject)).Order());
        Assert.All(repaired, f => Assert.Equal(
            f.Kind == FindingKind.UnknownObject ? RepairOutcome.Repaired : RepairOutcome.Resubmitted, f.Outcome));
        var jobs = repaired.Where(f => f.JobId is not null).Select(f => (f.VideoId, f.JobId)).Distinct().ToList();
        Assert.Equal(4, jobs.Count);

        // A second repair finds the same damage and makes no second job.
        var again = await _store.AuditAsync(checksums: true, AuditRepair.All);
        Assert.Equal(jobs.Order(), again.Select(f => (f.VideoId, f.JobId)).Distinct().Order());

        foreach (var video in (PublishedVideo[])[flipped, truncated, deleted, blind])
        {
            var jobId = jobs.Single(j => j.VideoId == video.Id).JobId!.Value;
            await video.PublishAgainAsync(_store.Api, jobId, isThumbnail: video == blind);
        }

        Assert.Empty(await _store.AuditAsync(checksums: true, AuditRepair.All));
        await _store.MakeDueAsync();
        await _store.Sweeper.RunAsync(Cancellation);
        Assert.Empty(await _store.AuditAsync(checksums: true));

        async Task DamageAsync(string code, PublishedVideo video, string name, Func<string, Task> damage)
        {
            var key = await KeyAsync(video, name);
            await damage(key);
            expected.Add((code, key));
        }
    }

    [Fact]
    public async Task The_job_that_makes_it_again_has_the_parameters_of_the_first()
    {
        var video = await PublishAsync();
        await _store.ExecuteAsync($$"""UPDATE jobs SET params = '{"renditions": ["240p"]}' WHERE id = '{{video.HlsJobId}}'""");
        await DeleteAsync(await KeyAsync(video, PublishedVideo.Segment));

        var finding = Assert.Single(await _store.AuditAsync(repair: AuditRepair.All));

        Assert.NotEqual(video.HlsJobId, finding.JobId);
        Assert.Equal("""HLS QUEUED {"renditions": ["240p"]}""", await _store.QueryAsync<string>(
            $"SELECT type || ' ' || status || ' ' || params FROM jobs WHERE id = '{finding.JobId}'"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_whole_source_nothing_is_made_again(bool missing)
    {
        var video = await PublishAsync();
        var source = await KeyAsync(video, "source");
        await (missing ? DeleteAsync(source) : _store.FlipAsync(source));
        await DeleteAsync(await KeyAsync(video, PublishedVideo.Segment));

        var found = await _store.AuditAsync(checksums: true, AuditRepair.All);

        Assert.Equal(["MISSING_OBJECT", missing ? "MISSING_OBJECT" : "WRONG_CHECKSUM"], found.Select(f => f.Code));
        Assert.All(found, f => Assert.Equal((RepairOutcome.Impossible, true), (f.Outcome, f.Remains)));
        Assert.Equal(0L, await _store.QueryAsync<long>("SELECT count(*) FROM jobs WHERE status = 'QUEUED'"));
    }

    [Fact]
    public async Task Objects_of_intents_that_are_written_or_doomed_are_no_findings()
    {
        var (written, doomed) = (Guid.CreateVersion7(), await PublishAsync());
        await _store.ExecuteAsync($"""
            INSERT INTO storage_intents (prefix, video_id, state, expires_at)
            VALUES ('sources/{written}/', '{written}', 'WRITING', clock_timestamp() + interval '1 day')
            """);
        await _store.PutAsync(ObjectKey.Source(written));
        using var deleted = await _store.Client.DeleteAsync($"/v1/videos/{doomed.Id}", Cancellation);
        deleted.EnsureSuccessStatusCode();

        Assert.Empty(await _store.AuditAsync(repair: AuditRepair.All));

        Assert.Contains(ObjectKey.Source(written), await _store.ListAsync());
        Assert.NotEmpty(await _store.ListAsync($"derivatives/{doomed.Id}/"));
    }

    [Fact]
    public async Task Rows_that_contradict_each_other_are_found_and_set_right()
    {
        var (stray, uncovered, endangered) = (await PublishAsync(), await PublishAsync(), await PublishAsync());
        await _store.ExecuteAsync($"DELETE FROM derivatives WHERE video_id = '{stray.Id}' AND type = 'THUMBNAIL'");
        await _store.ExecuteAsync($"DELETE FROM storage_intents WHERE video_id = '{uncovered.Id}' AND job_id IS NULL");
        await _store.ExecuteAsync($"UPDATE storage_intents SET state = 'DOOMED' WHERE job_id = '{endangered.HlsJobId}'");

        var found = await _store.AuditAsync(repair: AuditRepair.All);

        Assert.Equal(
            [("MISSING_INTENT", endangered.Id), ("MISSING_INTENT", uncovered.Id), ("STRAY_INTENT", stray.Id)],
            found.Select(f => (f.Code, f.VideoId!.Value)).OrderBy(f => f.Code).ThenBy(f => f.Item2 == uncovered.Id));
        Assert.All(found, f => Assert.False(f.Remains));
        Assert.Empty(await _store.AuditAsync());
        await _store.Sweeper.RunAsync(Cancellation);
        Assert.Empty(await _store.AuditAsync(checksums: true));
        Assert.NotNull(await _store.Objects.HeadAsync(await KeyAsync(endangered, PublishedVideo.Segment), Cancellation));
    }

    [Fact]
    public async Task What_no_store_of_ours_would_take_is_told_and_left()
    {
        Directory.CreateDirectory(_store.Folder);
        await File.WriteAllTextAsync(_store.PathOf("Somebody's File"), "x", Cancellation);

        var finding = Assert.Single(await _store.AuditAsync(repair: AuditRepair.All));

        Assert.Equal(("UNKNOWN_OBJECT", "Somebody's File", RepairOutcome.Impossible), (finding.Code, finding.Subject, finding.Outcome));
    }

    [Fact]
    public async Task By_itself_only_what_is_left_of_known_videos_is_removed()
    {
        var video = await PublishAsync();
        var (known, unknown) = ($"derivatives/{video.Id}/{Guid.CreateVersion7()}/7/1.m4s", $"sources/{Guid.CreateVersion7()}/source");
        await _store.PutAsync(known);
        await _store.PutAsync(unknown);
        await DeleteAsync(await KeyAsync(video, PublishedVideo.Segment));

        var found = await _store.AuditAsync(repair: AuditRepair.Orphans);

        Assert.Equal(
            [RepairOutcome.Repaired, RepairOutcome.None, RepairOutcome.None],
            found.OrderBy(f => f.Kind).ThenBy(f => f.Remains).Select(f => f.Outcome));
        Assert.Null(await _store.Objects.HeadAsync(known, Cancellation));
        Assert.NotNull(await _store.Objects.HeadAsync(unknown, Cancellation));
        Assert.Equal(0L, await _store.QueryAsync<long>("SELECT count(*) FROM jobs WHERE status = 'QUEUED'"));
    }

    private Task<PublishedVideo> PublishAsync() => PublishedVideo.CreateAsync(_store.Api, _store.Client);

    private Task<string> KeyAsync(PublishedVideo video, string name) => _store.KeyAsync(video.Id, name);

    private Task DeleteAsync(string key) => _store.Objects.DeleteAsync([key], Cancellation);

    private static string PrefixOf(string key) => ObjectKey.PrefixOf(key)!;
}
