using System.Text.Json.Serialization;
using Kinora.Cli.Terminals;

namespace Kinora.Cli.Remote.Uploads;

/// <summary>An object a line (docs/cli.md), for programs.</summary>
internal sealed class JsonUploadOutput(TimeProvider time) : IUploadOutput
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);
    private long? _progressAt;
    private (SourceFile?, long) _told;

    public Task ShowAsync(Func<Task> work) => work();

    public void Sent(TransferProgress progress)
    {
        var isEnd = progress.SentBytes == progress.File.Size;
        if ((isEnd || _progressAt is not { } before || time.GetElapsedTime(before) >= ProgressInterval) && _told != (progress.File, progress.SentBytes))
        {
            (_progressAt, _told) = (time.GetTimestamp(), (progress.File, progress.SentBytes));
            Write(new UploadLine("progress")
            {
                File = progress.File.Path,
                SentBytes = progress.SentBytes,
                SizeBytes = progress.File.Size,
                BytesPerSecond = (long?)progress.BytesPerSecond,
            });
        }
    }

    public void Stored(string file, FinishedUpload upload) =>
        Write(new UploadLine("uploaded") { File = file, VideoId = upload.VideoId, ResumedBytes = upload.ResumedBytes });

    public void JobChanged(Job job) => Write(new UploadLine("job")
    {
        VideoId = job.VideoId,
        JobId = job.Id,
        Type = job.Type,
        Status = job.Status,
        Progress = job.Progress,
        Attempts = job.Attempts,
        Error = job.Error,
    });

    public void StatusChanged(string videoId, string status) => Write(new UploadLine("status") { VideoId = videoId, Status = status });

    public void Playable(string videoId, string link, bool isReady) =>
        Write(new UploadLine(isReady ? "ready" : "playable") { VideoId = videoId, WatchUrl = link });

    public void Failed(string file, string? videoId, CommandFailure failure, Failure? error) => Write(new UploadLine("failed")
    {
        File = file,
        VideoId = videoId,
        ExitCode = failure.ExitCode,
        Error = error ?? (failure is ApiRefusal refusal ? new Failure(refusal.Code, refusal.Reason) : new Failure("FAILED", failure.Message)),
    });

    private static void Write(UploadLine line) => JsonLines.Write(line, UploadLineJson.Default.UploadLine);
}

/// <param name="Event">progress, uploaded, job, status, playable, ready, failed: which members it has depends on it.</param>
internal sealed record UploadLine(string Event)
{
    public string? File { get; init; }

    public string? VideoId { get; init; }

    public long? SentBytes { get; init; }

    public long? SizeBytes { get; init; }

    public long? BytesPerSecond { get; init; }

    public long? ResumedBytes { get; init; }

    public string? JobId { get; init; }

    public string? Type { get; init; }

    public string? Status { get; init; }

    public int? Progress { get; init; }

    public int? Attempts { get; init; }

    public string? WatchUrl { get; init; }

    public int? ExitCode { get; init; }

    public Failure? Error { get; init; }
}

[JsonSerializable(typeof(UploadLine))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class UploadLineJson : JsonSerializerContext;
