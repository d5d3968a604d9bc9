namespace Kinora.Core.Infra.Media;

/// <summary>What a run that exited with 0 tells. That is not yet success: compare frames and files with what was planned.</summary>
/// <param name="Frames">Frames of the first video output.</param>
/// <param name="OutTime">The latest end of any output.</param>
/// <param name="CpuTime">User and system time, as last seen within half a second of the end; null when the system does not tell.</param>
/// <param name="ErrorText">Decode errors that did not stop the run, its beginning and its end.</param>
public sealed record FfmpegResult(long Frames, TimeSpan OutTime, TimeSpan Elapsed, TimeSpan? CpuTime, string ErrorText);
