using Kinora.Cli.Remote.Watching;

namespace Kinora.Cli.Remote.Uploads;

/// <summary>Files, or an address, one after the other: sent, and watched until they play, where that is wanted.</summary>
internal sealed class UploadRun(ApiClient api, UploadRunOptions options, IUploadOutput output, TimeProvider time)
{
    /// <summary>What is interrupted now can be gone on with.</summary>
    public bool IsSending { get; private set; }

    /// <summary>What one file is refused for says nothing of the next one; a server that is away, or knows nobody, will not take it either.</summary>
    /// <returns>The exit code: that of the first failure.</returns>
    public async Task<int> RunAsync(IReadOnlyList<SourceFile> files, CancellationToken cancellation)
    {
        var code = 0;
        foreach (var file in files)
        {
            var failure = await RunAsync(file.Path, () => SendAsync(file, cancellation), cancellation);
            code = code == 0 ? failure : code;
            if (failure is CommandFailure.Unreachable or CommandFailure.NotLoggedIn)
            {
                break;
            }
        }

        return code;
    }

    public Task<int> RunAsync(Uri address, CancellationToken cancellation) => RunAsync(
        address.AbsoluteUri,
        async () => new FinishedUpload(
            await api.FetchVideoAsync(new FetchRequest(address.AbsoluteUri, options.Title, options.Transcode), cancellation), 0, IsFetched: true),
        cancellation);

    private async Task<int> RunAsync(string name, Func<Task<FinishedUpload>> upload, CancellationToken cancellation)
    {
        string? videoId = null;
        var watched = new VideoProgress(endsAnalyzed: !options.Transcode);
        try
        {
            var finished = await upload();
            videoId = finished.VideoId;
            output.Stored(name, finished);
            if (options.Watch)
            {
                await WatchAsync(videoId, watched, cancellation);
            }

            return 0;
        }
        catch (CommandFailure failure)
        {
            output.Failed(name, videoId, failure, watched.Error);
            return failure.ExitCode;
        }
    }

    private async Task<FinishedUpload> SendAsync(SourceFile file, CancellationToken cancellation)
    {
        var upload = new ResumableUpload(api.Connection, UploadJournal.OfUser(time), time);
        FinishedUpload? finished = null;
        IsSending = true;
        await output.ShowAsync(async () =>
            finished = await upload.RunAsync(new NewUpload(file, options.Title, options.Transcode), output.Sent, cancellation));
        IsSending = false;
        return finished!;
    }

    private async Task WatchAsync(string videoId, VideoProgress video, CancellationToken cancellation)
    {
        await using var events = api.FollowVideoAsync(videoId, cancellation).GetAsyncEnumerator(cancellation);
        await output.ShowAsync(() => FollowAsync(videoId, video, events, () => video.HasEnded || video.IsPlayable));
        if (!video.HasEnded)
        {
            await TellLinkAsync(videoId, isReady: false, cancellation);
            await output.ShowAsync(() => FollowAsync(videoId, video, events, () => video.HasEnded));
        }

        if (video.Error is { } error)
        {
            throw new CommandFailure($"the processing has failed with {error.Code}: {error.Message}", CommandFailure.ProcessingFailed);
        }

        if (options.Transcode)
        {
            await TellLinkAsync(videoId, isReady: true, cancellation);
        }
    }

    private async Task FollowAsync(string videoId, VideoProgress video, IAsyncEnumerator<ApiEvent> events, Func<bool> isEnough)
    {
        while (!isEnough() && await events.MoveNextAsync())
        {
            var before = video.Status;
            if (video.Apply(events.Current) is { } job)
            {
                output.JobChanged(job);
            }
            else if (video.Status is { } status && status != before)
            {
                output.StatusChanged(videoId, status);
            }
        }
    }

    private async Task TellLinkAsync(string videoId, bool isReady, CancellationToken cancellation)
    {
        if (await api.FindWatchLinkAsync(videoId, cancellation) is { } link)
        {
            output.Playable(videoId, link, isReady);
        }
    }
}

/// <param name="Title">Null: that of the file's name.</param>
internal sealed record UploadRunOptions(string? Title, bool Transcode, bool Watch);
