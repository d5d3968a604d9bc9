using System.Globalization;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>What a process's /metrics said.</summary>
internal sealed class ProcessMetrics(string text)
{
    private static readonly HttpClient Http = new();

    public static async Task<ProcessMetrics> ReadAsync(KinoraProcess process, CancellationToken cancellation) =>
        new(await Http.GetStringAsync(new Uri(process.Address, "/metrics"), cancellation));

    /// <summary>Of all series that begin so: "kinora_job_attempts_total{kind=\"first\"". Labels stand in the order of the alphabet.</summary>
    public double Sum(string series) => text.Split('\n')
        .Where(line => line.StartsWith(series, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
}
