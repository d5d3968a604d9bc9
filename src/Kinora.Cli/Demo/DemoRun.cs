namespace Kinora.Cli.Demo;

/// <summary>What a user does first: sign up, upload, watch the jobs, get the link.</summary>
internal sealed class DemoRun(DemoClient client, IProgressBoard board)
{
    private const string Upload = "UPLOAD";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>The jobs that an upload with transcode=true leads to, in the order of their showing.</summary>
    private static readonly string[] Expected = ["ANALYZE", "THUMBNAIL", "HLS"];

    /// <returns>The path of the page where the file plays. It and the playlist have answered.</returns>
    public async Task<string> RunAsync(string file, CancellationToken cancellation)
    {
        await client.SignUpAsync(cancellation);
        var videoId = "";
        await board.ShowAsync(async report =>
        {
            videoId = await UploadAsync(file, report, cancellation);
            await FollowJobsAsync(videoId, report, cancellation);
        });
        var master = await client.GetMasterPathAsync(videoId, cancellation);
        await client.EnsureAnswersAsync("/watch", "the page", cancellation);
        await client.EnsureAnswersAsync(master, "the master playlist", cancellation);
        return $"/watch#{master}";
    }

    private async Task<string> UploadAsync(string file, Action<string, double, string> report, CancellationToken cancellation)
    {
        var size = Math.Max(new FileInfo(file).Length, 1);
        report(Upload, 0, "sending");
        var videoId = await client.UploadAsync(file, sent => report(Upload, 100.0 * sent / size, "sending"), cancellation);
        report(Upload, 100, "stored");
        return videoId;
    }

    private async Task FollowJobsAsync(string videoId, Action<string, double, string> report, CancellationToken cancellation)
    {
        while (true)
        {
            var jobs = await client.GetJobsAsync(videoId, cancellation);
            // A type may have run more than once; ids are UUIDv7, so the last in their order is the newest.
            var newest = jobs.GroupBy(j => j.Type).ToDictionary(g => g.Key, g => g.MaxBy(j => j.Id, StringComparer.Ordinal)!);
            foreach (var type in Expected)
            {
                if (newest.TryGetValue(type, out var job))
                {
                    report(type, job.Progress, job.Status.ToLowerInvariant());
                }
            }

            if (newest.Values.FirstOrDefault(j => j.Status is "FAILED" or "CANCELED") is { } ended)
            {
                throw new CommandFailure($"{ended.Type} {ended.Status.ToLowerInvariant()}{(ended.Error is { } e ? $" with {e.Code}: {e.Message}" : ".")}");
            }

            if (Expected.All(type => newest.TryGetValue(type, out var job) && job.Status == "SUCCEEDED"))
            {
                return;
            }

            await Task.Delay(PollInterval, cancellation);
        }
    }
}
