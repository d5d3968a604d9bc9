using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Suites.Deployments;

namespace Kinora.Benchmarks.Suites.Workers;

/// <summary>What a second worker adds to one video. A worker and its ffmpeg have a core of their own; API and servers have all cores.</summary>
internal sealed class WorkersSuite : ISuite
{
    public string Name => "workers";

    public string Summary => "one video on one and on two workers of one core each";

    public IReadOnlyList<string> Programs => ["ffmpeg", "redis-server", "taskset"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var films = await HlsJobFilms.MakeAsync(folder, loops: 2, scale, cancellation);
        var one = new HlsJobContender("1 worker", films, folder) { Cores = [0] };
        var two = new HlsJobContender("2 workers", films, folder) { Cores = [0, 1] };
        return new Contest(
            [one, two],
            [
                new Comparison("1 worker / 2 workers, time from submission to READY", one.Name, two.Name, HlsJobContender.UntilReady) { Goal = Goal.AtLeast(1.8) },
                new Comparison("2 workers / 1 worker, CPU time", two.Name, one.Name, Metric.Cpu),
            ],
            one,
            two);
    }
}
