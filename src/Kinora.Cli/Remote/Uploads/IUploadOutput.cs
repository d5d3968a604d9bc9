namespace Kinora.Cli.Remote.Uploads;

/// <summary>Tells who has started it how an upload goes: people, or programs.</summary>
internal interface IUploadOutput
{
    /// <summary>While the work runs, progress is shown.</summary>
    Task ShowAsync(Func<Task> work);

    void Sent(TransferProgress progress);

    /// <summary>All bytes are stored: the video is there.</summary>
    /// <param name="file">Or the address that a worker fetches.</param>
    void Stored(string file, FinishedUpload upload);

    void JobChanged(Job job);

    void StatusChanged(string videoId, string status);

    /// <summary>Outside of <see cref="ShowAsync"/>: the link is to be whole on a line of its own.</summary>
    void Playable(string videoId, string link, bool isReady);

    void Failed(string file, string? videoId, CommandFailure failure, Failure? error);
}
