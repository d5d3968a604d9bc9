using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Media;
using Kinora.Benchmarks.Suites.Deployments;

namespace Kinora.Benchmarks.Suites.FirstFrames;

/// <summary>How long a viewer waits after an upload, and whether that depends on how long the film is.</summary>
internal sealed class FirstFrameSuite : ISuite
{
    private const double MostTimesOfShort = 1.25;

    private static readonly Kind[] Kinds = [new("copied", FilmClip.Web, IsCopied: true, 2), new("encoded", FilmClip.RareKeyframes, IsCopied: false, 6)];
    private static readonly Length[] Lengths = [new("20 s", 1, 1), new("2 min", 6, 2), new("10 min", 30, 3)];

    public string Name => "first-frame";

    public string Summary => "from an upload's end to the first frame, by the length of the film and by whether it is copied";

    public IReadOnlyList<string> Programs => ["ffmpeg", "redis-server"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var films = new List<(string Name, string Path)>();
        foreach (var kind in Kinds)
        {
            foreach (var length in Lengths)
            {
                films.Add((NameOf(kind, length), await MakeAsync(kind, length, folder, scale, cancellation)));
            }
        }

        var deployment = await Deployment.StartAsync(folder, cores: null, cancellation);
        try
        {
            FirstFrameContender[] contenders = [.. films.Select(f => new FirstFrameContender(f.Name, f.Path, deployment))];

            // A service that has been up for an hour has all of its code compiled.
            foreach (var kind in Kinds)
            {
                await contenders.Single(c => c.Name == NameOf(kind, Lengths[0])).RunAsync(cancellation);
            }

            return new Contest(contenders, [.. Kinds.SelectMany(Comparisons)], deployment);
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    private static string NameOf(Kind kind, Length length) => $"{length.Name}, {kind.Name}";

    private static async Task<string> MakeAsync(Kind kind, Length length, string folder, Scale scale, CancellationToken cancellation)
    {
        var loops = scale.Of(length.Loops, length.BriefLoops);
        var path = await kind.Clip.MakeAsync(folder, $"{kind.Name}-{loops}", scale.Of(20, 8), loops, scale, cancellation);
        await using var services = WorkerServices.Create();
        await SourcePlan.MakeAsync(services, path, kind.IsCopied, cancellation);
        return path;
    }

    private static IEnumerable<Comparison> Comparisons(Kind kind) =>
    [
        .. Lengths.Select(length => NameOf(kind, length)).SelectMany(name => (Comparison[])
        [
            Comparison.Value($"{name}: upload's end to first frame", name, FirstFrameContender.AfterAnswer) with { Goal = Goal.AtMost(kind.MostSeconds) },
            Comparison.Value($"{name}: last byte sent to first frame", name, FirstFrameContender.AfterLastByte),
        ]),
        new Comparison(
            $"{Lengths[^1].Name} / {Lengths[0].Name}, {kind.Name}: upload's end to first frame",
            NameOf(kind, Lengths[^1]),
            NameOf(kind, Lengths[0]),
            FirstFrameContender.AfterAnswer)
        { Goal = Goal.AtMost(MostTimesOfShort) },
    ];

    /// <param name="MostSeconds">That are promised.</param>
    private sealed record Kind(string Name, FilmClip Clip, bool IsCopied, double MostSeconds);

    /// <param name="Loops">Of 20 s.</param>
    private sealed record Length(string Name, int Loops, int BriefLoops);
}
