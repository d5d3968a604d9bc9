using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Running;

/// <summary>A process that is not confused with a later one of the same id: the id, when it started, and in which boot.</summary>
internal sealed partial record ProcessIdentity(int Pid, long StartTicks, string Boot)
{
    private static readonly string ThisBoot = ReadOrNull("/proc/sys/kernel/random/boot_id")?.Trim() ?? "";

    public bool IsAlive => Of(Pid) == this;

    /// <summary>Null when there is no such process, or only its remains that nobody has waited for.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        if (ReadOrNull($"/proc/{pid}/stat") is not { } stat)
        {
            return null;
        }

        // proc(5): the name in parentheses may itself hold spaces and parentheses; the state is the first field after it.
        const int state = 0;
        const int startTime = 19;
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[state] is "Z" or "X" ? null : new ProcessIdentity(pid, long.Parse(fields[startTime], CultureInfo.InvariantCulture), ThisBoot);
    }

    /// <summary>Sends the signal and waits; kills what has not ended by the deadline.</summary>
    public async Task EndAsync(PosixSignalNumber signal, TimeSpan timeout, TimeSpan interval, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        _ = IsAlive && Kill(Pid, (int)signal) == 0;
        while (IsAlive)
        {
            if (clock.Elapsed > timeout)
            {
                _ = Kill(Pid, (int)PosixSignalNumber.Kill);
            }

            await Task.Delay(interval, cancellation);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    private static string? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
