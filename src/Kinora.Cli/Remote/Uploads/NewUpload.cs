namespace Kinora.Cli.Remote.Uploads;

/// <param name="Title">Null: the API takes the file's name.</param>
internal sealed record NewUpload(SourceFile File, string? Title, bool Transcode);

/// <param name="BytesPerSecond">Null: nobody can tell yet.</param>
internal sealed record TransferProgress(SourceFile File, long SentBytes, double? BytesPerSecond, TimeSpan? TimeLeft)
{
    private const double Whole = 100;

    public double Percent => Whole * SentBytes / File.Size;
}

/// <param name="ResumedBytes">That an earlier command had sent.</param>
/// <param name="IsFetched">The server gets the bytes itself, from now on.</param>
internal sealed record FinishedUpload(string VideoId, long ResumedBytes, bool IsFetched = false);
