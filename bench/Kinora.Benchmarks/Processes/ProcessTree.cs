using System.Globalization;

namespace Kinora.Benchmarks.Processes;

/// <summary>One look at a process.</summary>
/// <param name="PeakBytes">Since its start or since <see cref="ProcessTree.ResetPeaks"/>.</param>
internal readonly record struct ProcessSample(string Name, ProcessTimes Times, long PeakBytes);

/// <summary>This process and all that descend from it.</summary>
internal static class ProcessTree
{
    private const string OwnPrograms = "Kinora.";

    private static readonly string? RootName = NameOf(Environment.ProcessId);

    public static int Root => Environment.ProcessId;

    /// <summary>By process id. What ends while it is looked at is left out, and so is what stands still.</summary>
    public static Dictionary<int, ProcessSample> Read() => Read(Root);

    /// <param name="id">With what descends from it.</param>
    public static Dictionary<int, ProcessSample> Read(int id)
    {
        var found = new Dictionary<int, ProcessSample>();
        Add(id, found);
        return found;
    }

    /// <summary>proc(5), clear_refs: peaks are counted anew from now on. Where that may not be, they are those since the start.</summary>
    public static void ResetPeaks()
    {
        foreach (var id in Read().Keys)
        {
            try
            {
                File.WriteAllText($"/proc/{id}/clear_refs", "5");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's: PostgreSQL's.
            }
        }
    }

    /// <summary>VmHWM of /proc/PID/status, in bytes; 0 of a process that has ended and was not waited for yet.</summary>
    public static long ParsePeak(string status)
    {
        const string field = "VmHWM:";
        var line = status.Split('\n').FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    private static void Add(int id, Dictionary<int, ProcessSample> found)
    {
        try
        {
            // A child that is not yet the program that it is to be still has our command line: it is not counted as that.
            var name = NameOf(id);
            var stat = File.ReadAllText($"/proc/{id}/stat");
            if (name is not null && (id == Root || name != RootName) && !ProcessTimes.IsStopped(stat))
            {
                found[id] = new ProcessSample(name, ProcessTimes.Parse(stat), ParsePeak(File.ReadAllText($"/proc/{id}/status")));
            }

            // Each thread has the children that it forked itself. Programs of ours fork in a thread for it, others in their first: ffmpeg
            // has a hundred, and asking all of them would cost more than what is measured.
            var threads = $"/proc/{id}/task";
            foreach (var thread in id == Root || name?.StartsWith(OwnPrograms, StringComparison.Ordinal) == true
                ? Directory.EnumerateDirectories(threads)
                : [Path.Combine(threads, $"{id}")])
            {
                foreach (var child in File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    Add(int.Parse(child, CultureInfo.InvariantCulture), found);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended.
        }
    }

    private static string? NameOf(int id) => ProcessName.Of(File.ReadAllBytes($"/proc/{id}/cmdline"));
}
