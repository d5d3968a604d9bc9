using System.Text.Json;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Storage.Audit;

/// <summary>Damage in the store of a running system, as an operator mends it.</summary>
public sealed class RepairTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_damaged_is_made_again_by_real_jobs_and_then_nothing_is_found()
    {
        await using var deployment = await Deployment.StartAsync(null, "Kinora__Collector__AuditInterval=00:00:00");
        await deployment.StartWorkerAsync();
        using var user = await deployment.CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await user.WaitForJobAsync(await user.TranscodeAsync(videoId, new { renditions = new[] { "240p" } }));
        await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        Assert.Equal(0, (await deployment.FsckAsync("--checksums")).Code);

        var keys = await deployment.ListObjectsAsync(videoId);
        var segment = keys.First(k => k.StartsWith("derivatives/", StringComparison.Ordinal) && k.EndsWith(".mp4", StringComparison.Ordinal));
        var thumbnail = keys.Single(k => k.EndsWith("/thumbnail.jpg", StringComparison.Ordinal));
        var bytes = await File.ReadAllBytesAsync(Path.Combine(deployment.StoreFolder, segment), Cancellation);
        bytes[^1] ^= 0x10;
        await File.WriteAllBytesAsync(Path.Combine(deployment.StoreFolder, segment), bytes, Cancellation);
        File.Delete(Path.Combine(deployment.StoreFolder, thumbnail));

        Assert.Equal(1, (await deployment.FsckAsync()).Code);
        var (code, lines) = await deployment.FsckAsync("--repair", "--checksums", "--json");
        Assert.Equal(1, code);
        var findings = lines.SkipLast(1).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(
            [("MISSING_OBJECT", thumbnail, "RESUBMITTED"), ("WRONG_CHECKSUM", segment, "RESUBMITTED")],
            findings.Select(f => (f.Text("code")!, f.Text("subject")!, f.Text("repair")!)).Order());
        foreach (var finding in findings)
        {
            await user.WaitForJobAsync(finding.GetProperty("jobId").GetGuid());
        }

        (code, lines) = await deployment.FsckAsync("--repair", "--checksums");
        Assert.True(code == 0, string.Join('\n', lines));
        Assert.Contains(": 0 findings,", Assert.Single(lines), StringComparison.Ordinal);
        var master = await user.Http.GetStringAsync($"/v1/videos/{videoId}/hls/master.m3u8", Cancellation);
        Assert.Single(master.Split('\n'), line => line.StartsWith("#EXT-X-STREAM-INF:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_audit_removes_by_itself_what_is_left_over_and_counts_it()
    {
        await using var deployment = await Deployment.StartAsync(
            null, "Kinora__Collector__AuditInterval=00:00:01", "Kinora__Collector__OrphanAge=00:00:00");
        var worker = await deployment.StartWorkerAsync();
        using var user = await deployment.CreateUserAsync();
        var videoId = await user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var whole = await deployment.ListObjectsAsync(videoId);
        var stray = $"derivatives/{videoId}/{Guid.CreateVersion7()}/1/0.m4s";
        await deployment.OpenStore().PutBytesAsync(stray, "stray"u8.ToArray(), "video/mp4", Cancellation);

        await Eventually.TrueAsync(async () => !(await deployment.ListObjectsAsync(videoId)).Contains(stray), () => deployment.Log);

        Assert.Equal(whole, await deployment.ListObjectsAsync(videoId));
        await Eventually.TrueAsync(() => deployment.Log.Contains($"Audit: UNKNOWN_OBJECT {stray}", StringComparison.Ordinal), () => deployment.Log);
        using var http = new HttpClient();
        await Eventually.TrueAsync(
            async () => (await http.GetStringAsync(new Uri(worker.Address, "/metrics"), Cancellation))
                .Contains("""kinora_audit_findings_total{kind="UNKNOWN_OBJECT",outcome="repaired"} 1""", StringComparison.Ordinal),
            () => "the finding is in no metric");
    }
}
