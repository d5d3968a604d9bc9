using System.Net;
using Kinora.Cli.Progress;
using Kinora.Cli.Remote;
using Kinora.Cli.Remote.Sessions;
using Kinora.Cli.Remote.Uploads;
using Kinora.Cli.Remote.Watching;

namespace Kinora.Cli.Demo;

/// <summary>What a user does first: sign up, upload, watch the jobs, get the link.</summary>
internal sealed class DemoRun : IDisposable
{
    private const string Upload = "UPLOAD";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The jobs that an upload with transcode=true leads to, in the order of their showing.</summary>
    private static readonly string[] Expected = ["ANALYZE", "THUMBNAIL", "HLS"];

    private readonly IProgressBoard _board;
    private readonly ApiConnection _nobody;
    private readonly DemoAccount _account;
    private readonly ApiClient _api;

    public DemoRun(Uri url, IProgressBoard board)
    {
        _board = board;
        _nobody = new ApiConnection(url, null, TimeProvider.System);
        _account = new DemoAccount(new Accounts(_nobody));
        _api = new ApiClient(new ApiConnection(url, _account, TimeProvider.System), TimeProvider.System);
    }

    public Credentials Credentials => _account.Credentials;

    /// <returns>The page where the file plays. It and the playlist have answered.</returns>
    public async Task<string> RunAsync(string file, CancellationToken cancellation)
    {
        await _account.SignUpAsync(cancellation);
        var videoId = "";
        await _board.ShowAsync(async report =>
        {
            videoId = await UploadAsync(SourceFile.Open(file), report, cancellation);
            await FollowJobsAsync(videoId, report, cancellation);
        });
        var master = await _api.FindMasterPathAsync(videoId, cancellation) ?? throw new CommandFailure("the video is done, and has nothing to play.");
        await EnsureAnswersAsync("/watch", "the page", cancellation);
        await EnsureAnswersAsync(master, "the master playlist", cancellation);
        return $"{_api.Connection.Server.GetLeftPart(UriPartial.Authority)}/watch#{master}";
    }

    public void Dispose()
    {
        _api.Dispose();
        _nobody.Dispose();
    }

    private async Task<string> UploadAsync(SourceFile file, Action<ProgressReport> report, CancellationToken cancellation)
    {
        var upload = new NewUpload(file, Path.GetFileNameWithoutExtension(file.Path), Transcode: true);
        var finished = await new ResumableUpload(_api.Connection, null, TimeProvider.System).RunAsync(
            upload, sent => report(new ProgressReport(Upload, sent.Percent, "sending")), cancellation);
        report(new ProgressReport(Upload, 100, "stored"));
        return finished.VideoId;
    }

    private async Task FollowJobsAsync(string videoId, Action<ProgressReport> report, CancellationToken cancellation)
    {
        while (true)
        {
            var newest = JobEvents.NewestOfEachType(await _api.GetJobsAsync(videoId, cancellation)).ToDictionary(j => j.Type);
            foreach (var type in Expected)
            {
                if (newest.TryGetValue(type, out var job))
                {
                    report(new ProgressReport(type, job.Progress, job.Status.ToLowerInvariant()));
                }
            }

            if (newest.Values.FirstOrDefault(j => j.HasFailed) is { } ended)
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

    /// <summary>As a player on another machine would ask: without the user's token.</summary>
    private async Task EnsureAnswersAsync(string path, string what, CancellationToken cancellation)
    {
        using var stranger = new HttpClient { BaseAddress = _api.Connection.Server, Timeout = AnswerTimeout };
        using var answer = await stranger.GetAsync(new Uri(path, UriKind.Relative), cancellation);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new CommandFailure($"{what} answered {(int)answer.StatusCode} instead of 200: {path}");
        }
    }
}
