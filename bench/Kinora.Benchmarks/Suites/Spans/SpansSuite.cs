using Kinora.Benchmarks.Harness;
using Kinora.Benchmarks.Suites.Deployments;

namespace Kinora.Benchmarks.Suites.Spans;

/// <summary>What it costs in bytes and in quality that an encoder begins anew with each span.</summary>
internal sealed class SpansSuite : ISuite
{
    public string Name => "spans";

    public string Summary => "bytes and SSIM of a film that is encoded in spans against the same ladder from one process";

    public IReadOnlyList<string> Programs => ["ffmpeg", "redis-server"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var films = await HlsJobFilms.MakeAsync(folder, scale.Of(3, 2), scale, cancellation);
        await using var services = WorkerServices.Create();
        var plan = await SourcePlan.MakeAsync(services, films.Measured, isCopied: false, cancellation);
        var pictures = new PictureQuality(films.Measured, plan.Renditions);
        var spans = new HlsJobContender("spans", films, folder)
        {
            Examine = async (published, stop) =>
            {
                var saved = Directory.CreateDirectory(Path.Combine(folder, "saved")).FullName;
                return await pictures.MeasureAsync(await published.SaveAsync(saved, stop), stop);
            },
        };
        var whole = new WholeEncodeContender("one process", films.Measured, Path.Combine(folder, "whole"), pictures);
        return new Contest(
            [spans, whole],
            [
                new Comparison("spans / one process, bytes", spans.Name, whole.Name, PictureQuality.Megabytes) { Goal = Goal.AtMost(1.01) },
                .. plan.Renditions.Select(PictureQuality.SsimOf).Select(ssim =>
                    Comparison.Difference($"spans - one process, {ssim.Name}", spans.Name, whole.Name, ssim) with { Goal = Goal.AtLeast(-0.001) }),
            ],
            spans);
    }
}
