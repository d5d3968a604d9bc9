using System.Globalization;

namespace Kinora.Benchmarks.Processes;

/// <summary>CPU time of a process, in ticks of 1/100 s on every Linux that .NET runs on.</summary>
/// <param name="Own">User and system time of all its threads, the ended ones too.</param>
/// <param name="Ended">The same of its children that have ended and were waited for, and of theirs.</param>
internal readonly record struct ProcessTimes(long Own, long Ended)
{
    public const double TicksPerSecond = 100;

    /// <summary>Whether it was stopped by a signal: the state is the first field after the name.</summary>
    public static bool IsStopped(string stat) => stat.AsSpan(stat.LastIndexOf(')') + 1).TrimStart().StartsWith("T");

    /// <summary>proc(5): utime, stime, cutime and cstime are the fields 14 to 17 of /proc/PID/stat; the name in brackets may hold anything.</summary>
    /// <exception cref="FormatException">It is no such line.</exception>
    public static ProcessTimes Parse(string stat)
    {
        var name = stat.LastIndexOf(')');
        var fields = name < 0 ? [] : stat[(name + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 14
            ? new ProcessTimes(At(11) + At(12), At(13) + At(14))
            : throw new FormatException("This is no /proc/PID/stat.");

        long At(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
    }
}
