using System.Globalization;

namespace Kinora.Core.Infra.Processes;

/// <summary>CPU time as the kernel counts it.</summary>
internal static class ProcessTimes
{
    /// <summary>Of a process and of all that it started and that still run, whatever sandbox they are in; null: it is gone.</summary>
    public static TimeSpan? OfTree(int processId)
    {
        try
        {
            var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}");
            var own = Parse(File.ReadAllText($"{folder}/stat"));
            var children = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"{folder}/task/{processId}/children"));
            foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                own += OfTree(int.Parse(child, CultureInfo.InvariantCulture)) ?? TimeSpan.Zero;
            }

            return own;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // proc(5): fields 14 and 15 of /proc/PID/stat, counted after the name in brackets, in ticks of 1/100 s on every Linux that .NET runs on.
    private static TimeSpan Parse(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromMilliseconds(ticks * 10);
    }
}
