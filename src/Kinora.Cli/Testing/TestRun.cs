using System.Collections;
using System.Diagnostics;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Testing;

/// <summary>Every check and test of the repository, one program after another: they share the machine's processors and memory.</summary>
internal sealed class TestRun(string root, TextWriter output)
{
    private const string ChaosVariable = "KINORA_CHAOS";
    private const string Native = "native";

    /// <summary>Of a build or a check.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromMinutes(30);

    /// <summary>Told again at the end: by then the lines of thousands of tests have come after theirs.</summary>
    private readonly List<TestFailure> _failed = [];

    private readonly string _results = Path.Combine(root, "artifacts", "test-results");
    private readonly Dictionary<string, string> _environment =
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "");

    public async Task<TestCounts> RunAsync(TestSelection selection, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_results);
        if (selection.Chaos is { } chaos)
        {
            _environment[ChaosVariable] = chaos;
        }

        var counts = default(TestCounts);
        if (selection.IsWhole)
        {
            counts += await CheckFormatAsync(cancellation);
            counts += await RunNativeAsync(cancellation);
        }

        foreach (var project in selection.Projects)
        {
            counts += await RunProjectAsync(project, selection, cancellation);
        }

        foreach (var failure in _failed)
        {
            await output.WriteLineAsync($"{failure}");
        }

        // A filter that fits nothing is a misspelt one.
        if (selection.Filter is not null && counts.Total == 0)
        {
            await output.WriteLineAsync($"no test has {selection.Filter} in its name");
            return TestCounts.OfCheck(isFine: false);
        }

        return counts;
    }

    private async Task<TestCounts> CheckFormatAsync(CancellationToken cancellation)
    {
        await AnnounceAsync("format");
        var restored = await RunProgramAsync(Installation.Dotnet, ["restore", "Kinora.slnx", "--verbosity", "quiet"], cancellation) == 0;
        var isFine = restored
            && await RunProgramAsync(Installation.Dotnet, ["format", "Kinora.slnx", "--verify-no-changes", "--no-restore"], cancellation) == 0;
        if (!isFine)
        {
            _failed.Add(new TestFailure("dotnet format"));
        }

        return TestCounts.OfCheck(isFine);
    }

    private async Task<TestCounts> RunNativeAsync(CancellationToken cancellation)
    {
        await AnnounceAsync("native, with sanitizers");
        const string source = "native/kinora_media";
        const string build = "artifacts/native-sanitize";
        var report = NewReport("native.xml");
        var isBuilt = await RunProgramAsync("cmake", ["-S", source, "-B", build, "-DKINORA_SANITIZE=ON", "--log-level=WARNING"], cancellation) == 0
            && await RunProgramAsync("cmake", ["--build", build, "--parallel", $"{Environment.ProcessorCount}"], cancellation) == 0;
        var code = isBuilt
            ? await RunProgramAsync("ctest", ["--test-dir", build, "--output-on-failure", "--output-junit", report], cancellation)
            : CommandFailure.Failed;
        return await SumUpAsync(Native, TestReport.ReadJUnit(report), code, mayBeEmpty: false);
    }

    private async Task<TestCounts> RunProjectAsync(string project, TestSelection selection, CancellationToken cancellation)
    {
        await AnnounceAsync(project);
        if (await RunProgramAsync(
            Installation.Dotnet, ["build", $"tests/{project}", "-c", "Release", "--nologo", "--verbosity", "quiet", "-clp:NoSummary"], cancellation) is not 0 and var failed)
        {
            return await SumUpAsync(project, counts: null, failed, mayBeEmpty: false);
        }

        // The program itself rather than `dotnet test`: its output is seen as it comes, and its report stays where it is asked for.
        var report = NewReport($"{project}.trx");
        List<string> arguments = [$"artifacts/bin/{project}/release/{project}.dll", "-noLogo", "-result-trx", report];
        if (Console.IsOutputRedirected)
        {
            arguments.Add("-noColor");
        }

        arguments.AddRange(selection.Arguments);
        var code = await RunProgramAsync(Installation.Dotnet, arguments, cancellation, selection.ProgramTimeout);
        _failed.AddRange(TestReport.FailedOfTrx(report));
        return await SumUpAsync(project, TestReport.ReadTrx(report), code, mayBeEmpty: selection.Filter is not null);
    }

    /// <summary>A crash, and a program that ran nothing, must not look like success.</summary>
    private async Task<TestCounts> SumUpAsync(string name, TestCounts? counts, int exitCode, bool mayBeEmpty)
    {
        var isWhole = counts is { } known && (known.Failed > 0 || exitCode == 0) && (known.Total > 0 || mayBeEmpty);
        var sum = counts.GetValueOrDefault() + (isWhole ? default : TestCounts.OfCheck(isFine: false));
        if (!isWhole || (sum.Failed > 0 && name == Native))
        {
            _failed.Add(new TestFailure(name));
        }

        await output.WriteLineAsync(isWhole ? $"{name}: {sum}" : $"{name}: {sum} (it ended with exit code {exitCode}, with no whole report of tests)");
        return sum;
    }

    private async Task<int> RunProgramAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellation, TimeSpan? timeout = null)
    {
        await output.FlushAsync(cancellation);
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec(program, arguments)
        {
            Environment = _environment,
            WorkingDirectory = root,
        });
        try
        {
            return await process.Exited.WaitAsync(timeout ?? CheckTimeout, cancellation);
        }
        catch (TimeoutException)
        {
            return await process.StopAsync(TimeSpan.FromSeconds(10));
        }
    }

    private string NewReport(string name)
    {
        var path = Path.Combine(_results, name);
        File.Delete(path);
        return path;
    }

    private Task AnnounceAsync(string name) => output.WriteLineAsync($"== {name}");
}
