using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Transcoding.Encoding;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>All renditions and the sound from one decode, in one ffmpeg process.</summary>
public sealed class Encode(HlsEncoder encoder) : IHlsStep
{
    private const double ProgressBefore = 5;

    private static readonly (double Share, string Name)[] Moments =
        [(0.10, FailpointName.HlsEncode10), (0.50, FailpointName.HlsEncode50), (0.95, FailpointName.HlsEncode95)];

    public double ProgressAfter => 93;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "encoded")).FullName;
        var passed = 0.0;
        var progress = new ImmediateProgress<EncodeProgress>(p =>
        {
            context.Attempt.Report(ProgressBefore + ((ProgressAfter - ProgressBefore) * p.Fraction), p.OutTimeMs);
            HitPassed(passed, p.Fraction);
            passed = p.Fraction;
        });
        context.Encoded = await encoder.RunAsync(context.Plan!, context.SourcePath, folder, progress, cancellation);
        await Failpoint.HitAsync(FailpointName.HlsAfterEncode, cancellation);
    }

    private static void HitPassed(double from, double to)
    {
        foreach (var (share, name) in Moments.Where(f => f.Share > from && f.Share <= to))
        {
            Failpoint.Hit(name);
        }
    }
}
