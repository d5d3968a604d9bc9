namespace Kinora.Cli.Running;

/// <summary>How long to wait before a process is started again: from 1 s, doubled up to 30 s, from 1 s again after it lived a minute.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongLife = TimeSpan.FromMinutes(1);
    private TimeSpan _next = First;
    private long _started = time.GetTimestamp();
    private bool _isRunning;

    public void Started() => (_started, _isRunning) = (time.GetTimestamp(), true);

    public TimeSpan Next()
    {
        if (_isRunning && time.GetElapsedTime(_started) >= LongLife)
        {
            _next = First;
        }

        _isRunning = false;
        var delay = _next;
        _next = delay * 2 < Longest ? delay * 2 : Longest;
        return delay;
    }
}
