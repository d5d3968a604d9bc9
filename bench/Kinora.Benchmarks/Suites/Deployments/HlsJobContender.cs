using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Processes;

namespace Kinora.Benchmarks.Suites.Deployments;

/// <summary>
/// The HLS job of a video, from its submission to its success, by a deployment of its own that is started, warmed up and handed the analysed
/// video before, and stopped after. All of its processes count: PostgreSQL, Redis and the API too.
/// </summary>
/// <param name="folder">Of the suite: data of an earlier round are there already.</param>
internal sealed class HlsJobContender(string name, HlsJobFilms films, string folder) : IContender
{
    /// <summary>The worker is none, nor is what it starts. A row that is shared by ended processes of both is counted as its.</summary>
    private static readonly string[] Servers = ["postgres", "redis-server", "Kinora.Api"];

    public string Name => name;

    /// <summary><see cref="Deployment.StartAsync"/></summary>
    public IReadOnlyList<int>? Cores { get; init; }

    /// <summary>What else there is to be found out of what was published.</summary>
    public Func<PublishedHls, CancellationToken, Task<IReadOnlyDictionary<Metric, double>>> Examine { get; init; } =
        (_, _) => Task.FromResult<IReadOnlyDictionary<Metric, double>>(new Dictionary<Metric, double>());

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        await using var deployment = await Deployment.StartAsync(folder, Cores, cancellation);
        using var user = await ApiUser.SignUpAsync(deployment.Url, cancellation);

        // A service that has been up for an hour has all of its code compiled, and what is asked for again and again, anew.
        await user.TranscodeAsync(await user.PrepareAsync(films.WarmUp, cancellation), ApiUser.Often, cancellation);
        var videoId = await user.PrepareAsync(films.Measured, cancellation);
        var measured = await new UsageMeter(countsThisProcess: false).MeasureAsync(() => user.TranscodeAsync(videoId, ApiUser.Seldom, cancellation));

        using var published = new PublishedHls(await user.WaitForMasterAsync(videoId, cancellation));
        var found = await Examine(published, cancellation);
        return measured.With(
        [
            .. found,
            new(Metric.Megabytes, await published.SizeBytesAsync(cancellation) / 1e6),
            new(Metric.MediaCpu, measured.Processes.Where(p => !Servers.Contains(p.Name)).Sum(p => p.CpuSeconds)),
        ]);
    }
}

/// <param name="WarmUp">Short, and treated as the other one is.</param>
internal sealed record HlsJobFilms(string WarmUp, string Measured)
{
    /// <summary>Two are just over a minute.</summary>
    private const int LoopSeconds = 31;

    /// <summary>A film of which all has to be encoded, so that all contenders have the same work.</summary>
    /// <param name="loops">How many times 31 s it lasts.</param>
    public static async Task<HlsJobFilms> MakeAsync(string folder, int loops, Scale scale, CancellationToken cancellation)
    {
        var warmUp = await FilmClip.Camera.MakeAsync(folder, "warm-up", scale.Of(8, 5), 1, scale, cancellation);
        var measured = await FilmClip.Camera.MakeAsync(folder, "film", scale.Of(LoopSeconds, 5), loops, scale, cancellation);
        await using var services = WorkerServices.Create();
        await SourcePlan.MakeAsync(services, measured, isCopied: false, cancellation);
        return new HlsJobFilms(warmUp, measured);
    }
}
