using Kinora.Core.Errors;

namespace Kinora.Core.Infra.Media;

/// <summary>
/// What an exit code other than 0 means for the job. ffmpeg has few exit codes, so its messages decide: first what is the machine's fault
/// (another attempt may help), then what our limits refused, then our own mistakes, and only then damage of the file. A message that none
/// of these knows is INTERNAL: better a retry too many than a good file called corrupt.
/// </summary>
internal static class FfmpegFailure
{
    private static readonly (string Text, JobErrorCode Code, string Message)[] Classes =
    [
        (NoSpace, JobErrorCode.DiskFull, "The disk was full."),
        ("Disk quota exceeded", JobErrorCode.DiskFull, "The disk was full."),
        (TooLarge, JobErrorCode.TooComplex, "What would be made of the file is larger than is allowed."),
        ("malloc of size", JobErrorCode.TooComplex, "Decoding the file takes more memory than is allowed."),
        ("Cannot allocate memory", JobErrorCode.TooComplex, "Decoding the file takes more memory than is allowed."),
        ("Resource temporarily unavailable", JobErrorCode.Internal, "The machine was out of resources."),
        ("Format not on whitelist", JobErrorCode.FormatNotAllowed, "This kind of file is not supported."),
        ("exceeds specified max pixel count", JobErrorCode.ResolutionLimit, "The picture is too large."),
        ("Unrecognized option", JobErrorCode.Internal, "The encoder did not start."),
        ("Option not found", JobErrorCode.Internal, "The encoder did not start."),
        ("No such filter", JobErrorCode.Internal, "The encoder did not start."),
        ("Unknown encoder", JobErrorCode.Internal, "The encoder did not start."),
        ("Error while opening encoder", JobErrorCode.Internal, "The encoder did not start."),
        ("No such file or directory", JobErrorCode.Internal, "The source went missing."),
        ("Invalid data found when processing input", JobErrorCode.Corrupt, Damaged),
        ("moov atom not found", JobErrorCode.Corrupt, Damaged),
        ("could not find codec parameters", JobErrorCode.Corrupt, Damaged),
        ("Cannot determine format of input stream", JobErrorCode.Corrupt, Damaged),
        ("does not contain any stream", JobErrorCode.Corrupt, Damaged),
        ("matches no streams", JobErrorCode.Corrupt, Damaged),
        ("Error while opening decoder", JobErrorCode.Corrupt, Damaged),
        ("Error while decoding stream", JobErrorCode.Corrupt, Damaged),
        ("Error submitting packet to decoder", JobErrorCode.Corrupt, Damaged),
        ("Output file is empty", JobErrorCode.Corrupt, Damaged),
        ("not on whitelist", JobErrorCode.CodecNotAllowed, "The codec is not supported."),
    ];

    private const string NoSpace = "No space left on device";
    private const string TooLarge = "File too large";
    private const string Damaged = "The file is damaged: it could not be decoded.";

    /// <summary>Of a run that exits with 0 and never said that it is at its end: whatever it is, it says nothing of the file.</summary>
    public static JobFailedException Unfinished => new(JobErrorCode.Internal, "The encoder ended before its work was done.");

    /// <summary>Bytes of the output are missing, whatever the exit code: met when the last ones are written and files are closed, that is 0 (ffmpeg 5.1).</summary>
    public static bool IsCutOff(string errorText) =>
        errorText.Contains(NoSpace, StringComparison.Ordinal) || errorText.Contains(TooLarge, StringComparison.Ordinal);

    public static JobFailedException Of(int exitCode, string errorText)
    {
        // 128 + n: ended by signal n. The kernel's OOM killer, an operator, or a crash in a decoder; the job's crash limit ends repeats.
        if (exitCode > 128 && exitCode != 255 && !IsCutOff(errorText))
        {
            return new JobFailedException(JobErrorCode.Internal, "The encoder was ended by the system.");
        }

        foreach (var (text, code, message) in Classes)
        {
            if (errorText.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return new JobFailedException(code, message);
            }
        }

        return new JobFailedException(JobErrorCode.Internal, "The encoder failed.");
    }
}
