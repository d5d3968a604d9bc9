using Kinora.Core.Infra.Media;

namespace Kinora.Core.Transcoding.Units;

/// <summary>Unlike Progress&lt;T&gt;, reports at once and in order.</summary>
internal sealed class FrameProgress(Action<FfmpegProgress> report) : IProgress<FfmpegProgress>
{
    public void Report(FfmpegProgress value) => report(value);
}
