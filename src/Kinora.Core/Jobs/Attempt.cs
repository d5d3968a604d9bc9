namespace Kinora.Core.Jobs;

public enum StopReason
{
    None,

    /// <summary>
    /// The lease could not be kept: the job was cancelled or taken by another worker, or the database was away for as long. Write nothing
    /// more but that the job is given back, should it still be this attempt's.
    /// </summary>
    Lost,

    /// <summary>This worker is shutting down: give the job back.</summary>
    Drain,
}

#pragma warning disable CA1001 // its source is not disposed: the lease keeper may stop an attempt that is just ending; without timers nothing leaks
/// <summary>One attempt at a job, as its worker holds it: its progress, and the word that it must stop.</summary>
/// <param name="claimed">Monotonic time at which the claim was sent: its lease began after it.</param>
public sealed class Attempt(ClaimedJob job, long claimed)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _lock = new();
    private int _progress;
    private long? _outTimeMs;

    public ClaimedJob Job { get; } = job;

    public long Claimed { get; } = claimed;

    public CancellationToken Stopped => _stopped.Token;

    public StopReason Reason { get; private set; }

    /// <summary>The attempt has split its job: the units go on with it, and it is not done.</summary>
    public bool IsParked { get; set; }

    internal (Guid JobId, long Fence) Key => (Job.Id, Job.Fence);

    /// <summary>Monotonic time at which the last beat that the database took was sent.</summary>
    internal long LastBeat { get; set; } = claimed;

    /// <summary>Never falls, and stays under 100: only the completion writes that.</summary>
    public void Report(double percent, long? outTimeMs = null)
    {
        lock (_lock)
        {
            _progress = Math.Max(_progress, Math.Clamp((int)percent, 0, 99));
            _outTimeMs = outTimeMs ?? _outTimeMs;
        }
    }

    public Beat ToBeat()
    {
        lock (_lock)
        {
            return new Beat(Job.Id, Job.Fence, _progress, _outTimeMs, Job.ParentId);
        }
    }

    public void Stop(StopReason reason)
    {
        lock (_lock)
        {
            if (Reason != StopReason.None)
            {
                return;
            }

            Reason = reason;
        }

        _stopped.CancelAsync();
    }
}
