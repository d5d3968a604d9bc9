namespace Kinora.Core.Transcoding.Steps;

/// <summary>One step of an HLS attempt. Throws what ends the attempt; writes only into the attempt's folder, until Publish.</summary>
public interface IHlsStep
{
    /// <summary>The job's progress, in percent, when the step is done.</summary>
    double ProgressAfter { get; }

    Task RunAsync(HlsContext context, CancellationToken cancellation);
}
