using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Processes;

namespace Kinora.Benchmarks.Suites.Deployments;

/// <summary>
/// The HLS job of a video, from its submission to its success, by a deployment of its own that has the analysed video before, and is frozen
/// between its turns. All of its processes count: PostgreSQL, Redis and the API too.
/// </summary>
/// <param name="folder">Of the suite.</param>
internal sealed class HlsJobContender(string name, HlsJobFilms films, string folder) : IContender, IAsyncDisposable
{
    /// <summary>The worker is none, nor is what it starts. A row that is shared by ended processes of both is counted as its.</summary>
    private static readonly string[] Servers = ["postgres", "redis-server", "Kinora.Api"];

    /// <summary>By the service's own times.</summary>
    public static readonly Metric UntilReady = new("from the job's submission to its success", "s");

    private Deployment? _deployment;

    public string Name => name;

    /// <summary><see cref="Deployment.StartAsync"/></summary>
    public IReadOnlyList<int>? Cores { get; init; }

    /// <summary>What else there is to be found out of what was published.</summary>
    public Func<PublishedHls, CancellationToken, Task<IReadOnlyDictionary<Metric, double>>> Examine { get; init; } =
        (_, _) => Task.FromResult<IReadOnlyDictionary<Metric, double>>(new Dictionary<Metric, double>());

    public async Task<Measured> RunAsync(CancellationToken cancellation)
    {
        var deployment = await BeginAsync(cancellation);
        var measured = await MeasureAsync(deployment, cancellation);
        await deployment.FreezeAsync(cancellation);
        return measured;
    }

    public async ValueTask DisposeAsync()
    {
        if (_deployment is not null)
        {
            await _deployment.DisposeAsync();
        }
    }

    private async Task<Deployment> BeginAsync(CancellationToken cancellation)
    {
        if (_deployment is not null)
        {
            await _deployment.ThawAsync(cancellation);
            return _deployment;
        }

        _deployment = await Deployment.StartAsync(folder, Cores, cancellation);
        using var user = await ApiUser.SignUpAsync(_deployment.Url, cancellation);
        for (var time = 0; time < films.WarmUps; time++)
        {
            await user.TranscodeAsync(await user.PrepareAsync(films.WarmUp, cancellation), ApiUser.Often, cancellation);
        }

        return _deployment;
    }

    private async Task<Measured> MeasureAsync(Deployment deployment, CancellationToken cancellation)
    {
        using var user = await ApiUser.SignUpAsync(deployment.Url, cancellation);
        var videoId = await user.PrepareAsync(films.Measured, cancellation);
        var measured = await new UsageMeter(countsThisProcess: false).MeasureAsync(async () => new Dictionary<Metric, double>
        {
            [UntilReady] = (await user.TranscodeAsync(videoId, ApiUser.Seldom, cancellation)).TotalSeconds,
        });

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
/// <param name="WarmUps">The runtime compiles code anew that was run 30 times, when it finds the time: a service is fast after a minute or two.</param>
internal sealed record HlsJobFilms(string WarmUp, int WarmUps, string Measured)
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
        return new HlsJobFilms(warmUp, scale.Of(5, 1), measured);
    }
}
