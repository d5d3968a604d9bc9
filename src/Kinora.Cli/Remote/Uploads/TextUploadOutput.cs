using Kinora.Cli.Progress;
using Kinora.Cli.Terminals;

namespace Kinora.Cli.Remote.Uploads;

/// <summary>Bars, or lines where there is no terminal; links stand on lines of their own.</summary>
internal sealed class TextUploadOutput(IProgressBoard board) : IUploadOutput
{
    private const int LongestName = 30;
    private Action<ProgressReport> _report = _ => { };

    public async Task ShowAsync(Func<Task> work)
    {
        try
        {
            await board.ShowAsync(report =>
            {
                _report = report;
                return work();
            });
        }
        finally
        {
            _report = _ => { };
        }
    }

    public void Sent(TransferProgress progress)
    {
        var name = progress.File.Name;
        _report(new ProgressReport(
            name.Length > LongestName ? $"{name[..(LongestName - 3)]}..." : name,
            progress.Percent,
            progress.SentBytes == progress.File.Size ? "sent" : "sending",
            HumanText.Speed(progress.BytesPerSecond, progress.TimeLeft)));
    }

    public void Stored(string file, FinishedUpload upload)
    {
        // Below the bar, which ends with the work.
        var (done, before) = (upload.IsFetched ? "fetching" : "uploaded", $" ({HumanText.Size(upload.ResumedBytes)} were there already)");
        Console.Out.WriteLine(TerminalText.Clean($"{done} {file} as {upload.VideoId}{(upload.ResumedBytes > 0 ? before : "")}"));
    }

    public void JobChanged(Job job) => _report(new ProgressReport(job.Type, job.Progress, job.Status.ToLowerInvariant()));

    public void StatusChanged(string videoId, string status)
    {
    }

    public void Playable(string videoId, string link, bool isReady) =>
        Console.Out.WriteLine(isReady ? $"ready: {TerminalText.Clean(link)}" : $"plays already at {TerminalText.Clean(link)}");

    public void Failed(string file, string? videoId, CommandFailure failure, Failure? error) =>
        Console.Error.WriteLine($"kinora: {TerminalText.Clean(file)}: {TerminalText.Clean(failure.Message)}");
}
