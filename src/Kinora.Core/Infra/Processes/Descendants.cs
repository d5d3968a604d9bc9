using System.Globalization;
using System.Text;

namespace Kinora.Core.Infra.Processes;

/// <summary>
/// What a process started and left behind, whoever is its parent by now: known by a mark in its environment, which is inherited. A group
/// or a session can be left, and among the orphans that a subreaper gets none tells whose it was.
/// </summary>
internal sealed class Descendants
{
    public const string Variable = "KINORA_PROCESS";

    /// <summary>What the kernel does not end within it hangs in the kernel itself, where nobody can.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);
    private readonly byte[] _entry;

    public Descendants()
    {
        Mark = Guid.CreateVersion7().ToString();
        _entry = Encoding.ASCII.GetBytes($"{Variable}={Mark}\0");
    }

    public string Mark { get; }

    /// <summary>Kills all of them, those too that are born meanwhile, and waits for their end.</summary>
    public async Task EndAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (KillOnce() && TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Interval);
        }
    }

    /// <returns>False: there was none.</returns>
    private bool KillOnce()
    {
        var found = false;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && IsMarked(folder))
            {
                ChildProcess.Kill(pid, (int)PosixSignalNumber.Kill);
                found = true;
            }
        }

        return found;
    }

    /// <summary>One that has ended, though nobody has asked for its end yet, has no environment any more.</summary>
    private bool IsMarked(string folder)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(_entry) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Just gone, or another user's.
            return false;
        }
    }
}
