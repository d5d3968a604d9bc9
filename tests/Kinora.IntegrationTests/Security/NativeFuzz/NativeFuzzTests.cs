using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Security.NativeFuzz;

/// <summary>
/// The native library under libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer, from seeds of every format that is taken. Its
/// short form is the replay among the native tests.
/// </summary>
public sealed partial class NativeFuzzTests(ITestOutputHelper output)
{
    private const int Runs = 1_000_000;

    /// <summary>As many as there are cores here; each learns by itself.</summary>
    private const int Processes = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(100);
    private static readonly string Artifacts = Path.Combine(Repository.Root, "artifacts");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_million_runs_find_nothing()
    {
        Assert.SkipUnless(ChaosScale.IsFull, "A million runs belong to the full form: ./kinora test --security.");
        var (source, build, seeds) = (Path.Combine(Repository.Root, "native", "kinora_media"), Path.Combine(Artifacts, "native-fuzz"), Path.Combine(Artifacts, "fuzz-seeds"));
        await Tools.RunAsync("cmake", ["-S", source, "-B", build, "-DCMAKE_C_COMPILER=clang", "-DKINORA_SANITIZE=ON", "-DKINORA_FUZZ=ON"]);
        await Tools.RunAsync("cmake", ["--build", build, "--target", "kinora_media_fuzz"]);
        await Tools.RunAsync("sh", [Path.Combine(source, "fuzz", "make_corpus.sh"), seeds]);

        var runs = await Task.WhenAll(Enumerable.Range(1, Processes).Select(seed => FuzzAsync(Path.Combine(build, "fuzz", "kinora_media_fuzz"), seeds, seed)));

        SecurityReport.Add("Fuzzing", "runs of the native library, with ASan and UBSan", $"{runs.Sum().ToString("N0", CultureInfo.InvariantCulture)}");
        SecurityReport.Add("Fuzzing", "seeds: formats and codecs", $"{Directory.GetFiles(seeds).Length}");
        SecurityReport.Add("Fuzzing", "crashes, leaks, hangs over 20 s, broken promises", "0");
    }

    /// <returns>How many runs it did.</returns>
    private async Task<int> FuzzAsync(string fuzzer, string seeds, int seed)
    {
        using var found = new TestFolder();
        var corpus = Directory.CreateDirectory(found.Path("corpus")).FullName;
        var lines = new ConcurrentQueue<string>();
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec(fuzzer,
            [$"-runs={Runs / Processes}", $"-seed={seed}", "-max_len=16384", "-timeout=20", "-rss_limit_mb=3072", "-verbosity=0", "-print_final_stats=1", $"-artifact_prefix={Artifacts}/", corpus, seeds])
        {
            WorkingDirectory = found.Root,
            // What was freed is watched for some MB of later allocations, not for 256 MB: of half the cost, and a run allocates less than that.
            Environment = new Dictionary<string, string> { ["ASAN_OPTIONS"] = "quarantine_size_mb=4:thread_local_quarantine_size_kb=64" },
            OnErrorLine = lines.Enqueue,
        });
        var code = await process.Exited.WaitAsync(Patience, Cancellation);
        Assert.True(code == 0, $"a finding, kept in artifacts/:\n{string.Join('\n', lines.TakeLast(60))}");
        output.WriteLine(string.Join('\n', lines.TakeLast(6)));
        return int.Parse(Executed().Match(string.Join('\n', lines)).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"number_of_executed_units: (\d+)")]
    private static partial Regex Executed();
}
