using System.Globalization;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Chaos.Clocks;

/// <summary>
/// Processes whose wall clock is wrong, by a library of our own that is preloaded into them: libfaketime also bends the waits of .NET's
/// monitors, which then end at once.
/// </summary>
internal static class WrongClock
{
    private static readonly HttpClient Http = new();
    private static readonly Lazy<Task<string>> Library = new(BuildAsync);

    /// <summary>For a process that is started with them.</summary>
    public static async Task<string[]> SettingsAsync(TimeSpan offset) =>
    [
        $"LD_PRELOAD={await Library.Value}", string.Create(CultureInfo.InvariantCulture, $"WRONG_CLOCK_SECONDS={offset.TotalSeconds:0}"),
    ];

    /// <summary>How far the process's clock is ahead of the test's, as its answers say.</summary>
    public static async Task<TimeSpan> OffsetOfAsync(KinoraProcess process, CancellationToken cancellation)
    {
        using var answer = await Http.GetAsync(new Uri(process.Address, "/health/live"), cancellation);
        return answer.Headers.Date!.Value - TimeProvider.System.GetUtcNow();
    }

    private static async Task<string> BuildAsync()
    {
        var library = Path.Combine(Repository.Artifacts, "test-clocks", "wrong_clock.so");
        Directory.CreateDirectory(Path.GetDirectoryName(library)!);
        await Tools.RunAsync(
            "gcc",
            [
                "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library,
                Path.Combine(Repository.Root, "tests/Kinora.IntegrationTests/Chaos/Clocks/wrong_clock.c"),
            ]);
        return library;
    }
}
