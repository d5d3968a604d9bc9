using Kinora.Core.Errors;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>What the owner of a video is told. The words are ours: none of the helper's reach a user.</summary>
internal static class ProbeFailure
{
    /// <param name="status">Null when the helper gave none.</param>
    /// <param name="cause">What the log shall know.</param>
    public static JobFailedException Of(NativeStatus? status, Exception? cause = null)
    {
        var (code, message) = status switch
        {
            NativeStatus.NotAVideo => (JobErrorCode.NotAVideo, "The file is no video of a known kind."),
            NativeStatus.FormatNotAllowed => (JobErrorCode.FormatNotAllowed,
                "Files of this kind are not taken. MP4, MOV, MKV, WebM, MPEG, AVI, FLV, Ogg, WMV and MXF are."),
            NativeStatus.Corrupt => (JobErrorCode.Corrupt, "The file is damaged or incomplete."),
            NativeStatus.TooManyStreams => (JobErrorCode.TooManyStreams, $"The file has more than {MediaProbe.MaxStreams} streams."),
            NativeStatus.Timeout => (JobErrorCode.Timeout, "Reading the file took too long."),
            NativeStatus.TooComplex => (JobErrorCode.TooComplex, "Reading the file takes more memory or more bytes than is allowed."),
            NativeStatus.NoVideoStream => (JobErrorCode.NoVideoStream, "The file holds sound but no picture."),
            NativeStatus.FrameLimit => (JobErrorCode.FrameLimit, "The video has more frames than is allowed."),
            _ => (JobErrorCode.Internal, "The probe died while it read the file."),
        };
        return new JobFailedException(code, message, cause);
    }
}
