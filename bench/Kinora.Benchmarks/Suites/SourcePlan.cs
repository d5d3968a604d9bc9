using Kinora.Core.Infra.Media;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites;

/// <summary>What Kinora would make of a source.</summary>
internal static class SourcePlan
{
    /// <param name="services"><see cref="WorkerServices"/></param>
    /// <param name="isCopied">Whether its pictures are to be fit for a copy: a suite's figures mean something else where they are not.</param>
    /// <exception cref="InvalidOperationException">They are not as wanted, or it cannot be encoded in spans.</exception>
    public static async Task<TranscodePlan> MakeAsync(IServiceProvider services, string path, bool isCopied, CancellationToken cancellation)
    {
        var plan = await MakeAsync(services, path, avoid: [], cancellation);
        return plan.Spans is not null && plan.Copied is not null == isCopied
            ? plan
            : throw new InvalidOperationException(
                $"{path} was made to be {(isCopied ? "copied" : "encoded")} in spans: {string.Join(", ", plan.Reasons.Concat(plan.Renditions[0].Reasons))}.");
    }

    /// <param name="avoid">Of <see cref="TranscodePlan.Avoid"/>.</param>
    public static async Task<TranscodePlan> MakeAsync(
        IServiceProvider services, string path, IReadOnlyList<string> avoid, CancellationToken cancellation)
    {
        var probe = services.GetRequiredService<IMediaProbe>();
        using var source = new FileMediaSource(path);
        var info = await probe.GetMediaInfoAsync(source, cancellation);
        var video = info.Video ?? throw new InvalidOperationException($"{path} has no video.");
        var packets = await probe.ScanPacketsAsync(source, video.Index, cancellation);
        return services.GetRequiredService<TranscodePlanner>().Plan(info, packets, renditions: null, avoid);
    }
}
