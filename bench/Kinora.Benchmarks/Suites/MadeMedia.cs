using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks.Suites;

internal static class MadeMedia
{
    /// <summary>Of all files in the folder, which is removed.</summary>
    public static KeyValuePair<Metric, double> TakeSize(string folder)
    {
        var bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        Directory.Delete(folder, recursive: true);
        return new(Metric.Megabytes, bytes / 1e6);
    }
}
