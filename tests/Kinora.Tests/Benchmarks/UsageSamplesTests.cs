using System.Text;
using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Processes;

namespace Kinora.Tests.Benchmarks;

public sealed class UsageSamplesTests
{
    private const int Server = -2;
    private const int Encoder = -3;

    [Fact]
    public void Times_are_read_behind_a_name_that_holds_brackets_and_blanks()
    {
        const string stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194304 1 2 3 4 120 30 70 5 20 0 9 0 100 1000 200";

        Assert.Equal(new ProcessTimes(150, 75), ProcessTimes.Parse(stat));
    }

    [Theory]
    [InlineData("4711 (T) S 1 4711", false)]
    [InlineData("4711 (a) T) T 1 4711", true)]
    public void What_a_signal_stopped_is_told_by_its_state(string stat, bool isStopped) => Assert.Equal(isStopped, ProcessTimes.IsStopped(stat));

    [Theory]
    [InlineData("")]
    [InlineData("4711 (cut off) S 1")]
    public void What_is_no_stat_is_no_time(string stat) => Assert.Throws<FormatException>(() => ProcessTimes.Parse(stat));

    [Fact]
    public void A_peak_is_in_bytes_and_a_process_without_memory_has_none()
    {
        Assert.Equal(12345 * 1024, ProcessTree.ParsePeak("Name:\tffmpeg\nVmPeak:\t  999 kB\nVmHWM:\t   12345 kB\nVmRSS:\t 1 kB\n"));
        Assert.Equal(0, ProcessTree.ParsePeak("Name:\tffmpeg\nState:\tZ (zombie)\n"));
    }

    [Theory]
    [InlineData("/usr/bin/ffmpeg -i x", "ffmpeg")]
    [InlineData("setpriv --pdeathsig KILL -- ffmpeg -i x", "ffmpeg")]
    [InlineData("setpriv --pdeathsig TERM -- setsid redis-server -", "redis-server")]
    [InlineData("prlimit --data=1 -- /usr/bin/dotnet /a/Kinora.Worker.dll probe-host", "Kinora.Worker probe-host")]
    [InlineData("setpriv --pdeathsig KILL -- nice -n 10 ffmpeg -i x", "ffmpeg")]
    [InlineData("setsid taskset -c 1 dotnet /a/Kinora.Worker.dll", "Kinora.Worker")]
    [InlineData("nice", null)]
    [InlineData("dotnet /a/Kinora.Benchmarks.dll", "Kinora.Benchmarks")]
    [InlineData("", null)]
    public void A_process_is_called_by_the_program_that_it_becomes(string commandLine, string? name) =>
        Assert.Equal(name, ProcessName.Of(Encoding.UTF8.GetBytes(commandLine.Replace(' ', '\0') + "\0")));

    [Theory]
    [InlineData("redis-server 127.0.0.1:42813", "redis-server")]
    [InlineData("postgres: checkpointer ", "postgres")]
    public void Of_a_server_that_wrote_more_over_its_name_it_is_the_program(string title, string name) =>
        Assert.Equal(name, ProcessName.Of(Encoding.UTF8.GetBytes(title + "\0\0\0")));

    [Fact]
    public void The_living_and_the_ended_have_rows_of_their_own()
    {
        var samples = new UsageSamples(countsRoot: false, Look(("here", ProcessTree.Root, 500, 1000, 1), ("redis-server", Server, 40, 0, 10)));
        samples.Add(Look(("here", ProcessTree.Root, 510, 1000, 1), ("redis-server", Server, 50, 0, 12), ("ffmpeg", Encoder, 30, 0, 70)));
        samples.Add(Look(("here", ProcessTree.Root, 520, 1000, 1), ("redis-server", Server, 60, 0, 12), ("ffmpeg", Encoder, 80, 0, 90)));

        var usage = samples.Conclude(Look(("here", ProcessTree.Root, 530, 1110, 1), ("redis-server", Server, 65, 0, 12)));

        Assert.Equal([new ProcessUsage("redis-server", 0.25, 12), new ProcessUsage("ffmpeg", 1.1, 90)], usage);
    }

    [Fact]
    public void Of_a_process_that_ends_only_what_it_used_in_the_measurement_counts()
    {
        var samples = new UsageSamples(countsRoot: true, Look(("here", ProcessTree.Root, 500, 0, 1), ("worker", Server, 40, 60, 10)));

        var usage = samples.Conclude(Look(("here", ProcessTree.Root, 505, 130, 1)));

        Assert.Equal([new ProcessUsage("here", 0.05, 1), new ProcessUsage("too short to be seen", 0.3, 0)], usage);
    }

    [Fact]
    public void Processes_of_one_name_that_live_at_the_same_time_add_up()
    {
        var samples = new UsageSamples(countsRoot: false, []);
        samples.Add(Look(("ffmpeg", Encoder, 1, 0, 70), ("ffmpeg", Server, 1, 0, 50)));
        samples.Add(Look(("ffmpeg", Encoder, 2, 0, 80)));

        Assert.Equal(120, Assert.Single(samples.Conclude([])).PeakBytes);
    }

    [Fact]
    public async Task A_measurement_finds_the_processes_that_it_started()
    {
        var measured = await new UsageMeter(countsThisProcess: false).MeasureAsync(
            () => Kinora.Benchmarks.Media.Tool.RunAsync("sh", ["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"], TestContext.Current.CancellationToken));

        var process = Assert.Single(measured.Processes);
        Assert.Equal("sh", process.Name);
        Assert.True(process.CpuSeconds > 0 && process.PeakBytes > 0, $"{process}");
        Assert.Equal(process.CpuSeconds, measured.Values[Metric.Cpu]);
    }

    private static Dictionary<int, ProcessSample> Look(params (string Name, int Id, long Own, long Ended, long Peak)[] processes) =>
        processes.ToDictionary(p => p.Id, p => new ProcessSample(p.Name, new ProcessTimes(p.Own, p.Ended), p.Peak));
}
