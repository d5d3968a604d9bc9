using System.Globalization;
using System.Runtime.InteropServices;
using Kinora.Benchmarks.Media;

namespace Kinora.Benchmarks.Reports;

/// <summary>Where and with what something was measured.</summary>
internal sealed record Machine(int Cores, string Processor, double MemoryGigabytes, IReadOnlyDictionary<string, string> Versions)
{
    /// <summary>How to ask a program, and the word of its first line that is its version.</summary>
    private static readonly (string Program, string Argument, int Word)[] Programs = [("ffmpeg", "-version", 2), ("node", "--version", 0), ("redis-server", "--version", 2)];

    public static async Task<Machine> ReadAsync(CancellationToken cancellation)
    {
        var versions = new SortedDictionary<string, string>(StringComparer.Ordinal) { [".NET"] = Environment.Version.ToString(), ["Linux"] = Environment.OSVersion.Version.ToString() };
        foreach (var (program, argument, word) in Programs.Where(p => Tool.Exists(p.Program)))
        {
            var words = (await Tool.RunAsync(program, [argument], cancellation)).Split('\n')[0].Split(' ');
            versions[program] = words.ElementAtOrDefault(word)?.TrimStart('v').Replace("=", " ", StringComparison.Ordinal).Trim() ?? "";
        }

        var processor = (await File.ReadAllLinesAsync("/proc/cpuinfo", cancellation))
            .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? $"{RuntimeInformation.ProcessArchitecture}";
        return new Machine(Environment.ProcessorCount, processor, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, versions);
    }

    /// <summary>One line of the page.</summary>
    public string Describe(DateOnly date) => string.Create(
        CultureInfo.InvariantCulture,
        $"Last run {date:yyyy-MM-dd}: {Cores} cores, {Processor}, {MemoryGigabytes:0} GB; {string.Join(", ", Versions.Select(v => $"{v.Key} {v.Value}"))}.");
}
