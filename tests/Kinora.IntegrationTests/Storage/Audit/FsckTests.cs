using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Storage.Audit;

/// <summary>The store against the rows, as an operator runs it beside a live system.</summary>
[Collection("deployments")]
public sealed class FsckTests : IAsyncLifetime
{
    private Deployment _deployment = null!;
    private KinoraClient _user = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync(null);
        await _deployment.StartWorkerAsync();
        _user = await _deployment.CreateUserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_damage_is_found_in_one_pass_and_what_can_be_made_again_is_made()
    {
        var (videoId, _) = await PublishAsync();
        Assert.Equal(0, (await _deployment.FsckAsync("--checksums")).Code);

        var package = await PrefixAsync(videoId, "HLS");
        var segments = Directory.EnumerateFiles(PathOf(package), "*.m4s", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        File.Delete(Path.Combine(PathOf(package), "master.m3u8"));
        await CutAsync(segments[0]);
        await FlipAsync(segments[1]);
        await FlipAsync(Path.Combine(PathOf(await PrefixAsync(videoId, "THUMBNAIL")), "thumbnail.jpg"));
        var stray = Path.Combine(PathOf(package), "stray.m4s");
        await File.WriteAllTextAsync(stray, "nobody knows it", Cancellation);

        var (code, lines) = await _deployment.FsckAsync("--checksums");
        Assert.Equal(1, code);
        Assert.Equal(
            ["MISSING_OBJECT", "UNKNOWN_OBJECT", "WRONG_CHECKSUM", "WRONG_CHECKSUM", "WRONG_SIZE"],
            lines.SkipLast(1).Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));

        await _deployment.FsckAsync("--checksums", "--repair");
        Assert.False(File.Exists(stray));
        await Eventually.TrueAsync(
            async () => await _deployment.QueryAsync<long>($"SELECT count(*) FROM jobs WHERE video_id = '{videoId}' AND status = 'SUCCEEDED'") == 5,
            () => _deployment.Log);

        // What was damaged is replaced, and on its way out.
        var (after, rest) = await _deployment.FsckAsync("--checksums");
        Assert.True(after == 0, string.Join('\n', rest));
        Assert.Equal("READY", (await _user.VideoAsync(videoId)).Text("status"));
    }

    [Fact]
    public async Task A_source_that_is_gone_is_told_and_nothing_is_made_of_it()
    {
        var (videoId, _) = await PublishAsync();
        File.Delete(PathOf($"sources/{videoId}/source"));

        var (code, lines) = await _deployment.FsckAsync("--repair");

        Assert.Equal(1, code);
        Assert.Contains("cannot be repaired", Assert.Single(lines.SkipLast(1)), StringComparison.Ordinal);
        Assert.Equal(3L, await _deployment.QueryAsync<long>($"SELECT count(*) FROM jobs WHERE video_id = '{videoId}'"));
    }

    [Fact]
    public async Task A_system_at_work_gives_no_false_findings()
    {
        var busy = Task.Run(
            async () =>
            {
                for (var i = 0; i < 6; i++)
                {
                    var (videoId, _) = await PublishAsync();
                    await _user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
                }
            },
            Cancellation);

        while (!busy.IsCompleted)
        {
            var (code, lines) = await _deployment.FsckAsync("--checksums");
            Assert.True(code == 0, string.Join('\n', lines));
        }

        await busy;
    }

    [Fact]
    public async Task An_option_that_it_does_not_know_is_refused()
    {
        Assert.Equal(2, (await _deployment.FsckAsync("--repiar")).Code);
    }

    private async Task<(Guid VideoId, Guid JobId)> PublishAsync()
    {
        var videoId = await _user.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        var jobId = await _user.TranscodeAsync(videoId);
        await _user.WaitForJobAsync(jobId);
        await Eventually.TrueAsync(
            async () => await _deployment.QueryAsync<long>($"SELECT count(*) FROM derivatives WHERE video_id = '{videoId}'") == 2, () => _deployment.Log);
        return (videoId, jobId);
    }

    private Task<string> PrefixAsync(Guid videoId, string type) =>
        _deployment.QueryAsync<string>($"SELECT prefix FROM derivatives WHERE video_id = '{videoId}' AND type = '{type}' AND replaced_at IS NULL");

    private string PathOf(string key) => Path.Combine(_deployment.StoreFolder, key);

    private static async Task CutAsync(string path)
    {
        await using var file = File.OpenWrite(path);
        file.SetLength(file.Length - 1);
    }

    private static async Task FlipAsync(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
    }
}
