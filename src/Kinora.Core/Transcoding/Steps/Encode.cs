using Kinora.Core.Transcoding.Encoding;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>All renditions and the sound from one decode, in one ffmpeg process.</summary>
public sealed class Encode(HlsEncoder encoder) : IHlsStep
{
    private const double ProgressBefore = 5;

    public double ProgressAfter => 93;

    public async Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(context.Folder, "encoded")).FullName;
        var progress = new Reporter(p => context.Attempt.Report(
            ProgressBefore + ((ProgressAfter - ProgressBefore) * p.Fraction), p.OutTimeMs));
        context.Encoded = await encoder.RunAsync(context.Plan!, context.SourcePath, folder, progress, cancellation);
    }

    /// <summary>Unlike Progress&lt;T&gt;, reports at once and in order.</summary>
    private sealed class Reporter(Action<EncodeProgress> report) : IProgress<EncodeProgress>
    {
        public void Report(EncodeProgress value) => report(value);
    }
}
