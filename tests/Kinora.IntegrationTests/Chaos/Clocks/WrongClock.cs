using System.Globalization;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Clocks;

/// <summary>Processes whose wall clock is wrong, by libfaketime (Debian's faketime); time that only passes, from which they wait, is right.</summary>
internal static class WrongClock
{
    private static readonly HttpClient Http = new();

    /// <summary>For a process that is started with them.</summary>
    public static string[] Settings(TimeSpan offset) =>
    [
        $"LD_PRELOAD={Library}", "DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1",
        string.Create(CultureInfo.InvariantCulture, $"FAKETIME={offset.TotalSeconds:+0;-0}"),
    ];

    /// <summary>How far the process's clock is ahead of the test's, as its answers say.</summary>
    public static async Task<TimeSpan> OffsetOfAsync(KinoraProcess process, CancellationToken cancellation)
    {
        using var answer = await Http.GetAsync(new Uri(process.Address, "/health/live"), cancellation);
        return answer.Headers.Date!.Value - TimeProvider.System.GetUtcNow();
    }

    private static string Library => Directory.GetDirectories("/usr/lib", "*-linux-gnu*")
        .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("libfaketime is missing: install the package faketime.");
}
