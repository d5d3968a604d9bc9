using System.Globalization;
using Kinora.Core.Errors;

namespace Kinora.Core.Infra.Media;

/// <summary>One run of ffmpeg over one local file: what differs between runs. What is the same for all of them is added here.</summary>
public sealed record FfmpegCommand
{
    /// <summary>An absolute path of ours; never a name that a user gave.</summary>
    public required string SourcePath { get; init; }

    /// <summary><see cref="MediaInfo.Container"/>, as the probe found it.</summary>
    public required string Container { get; init; }

    /// <summary>
    /// The only place that it can write to, and all of it: absolute, exists, and holds nothing that somebody else reads as his. Null: it writes
    /// nothing.
    /// </summary>
    public string? OutputFolder { get; init; }

    /// <summary>Options of the input (seek, timestamps), before -i.</summary>
    public IReadOnlyList<string> InputArguments { get; init; } = [];

    /// <summary>Filters, maps, encoders and outputs, after -i.</summary>
    public required IReadOnlyList<string> OutputArguments { get; init; }

    /// <summary>The decoders that may run.</summary>
    public IReadOnlyList<string> Decoders { get; init; } = AllowedMedia.Decoders;

    /// <summary>Wall time after which the run is ended with TIMEOUT.</summary>
    public required TimeSpan TimeLimit { get; init; }

    /// <summary>
    /// Whether it leaves the cores to what a viewer waits for: where both want them it gets a tenth, and where nothing else does all of them.
    /// </summary>
    public bool IsBackground { get; init; }

    /// <summary>The name that selects the demuxer of <see cref="MediaInfo.Container"/>; null when it is not allowed.</summary>
    public static string? DemuxerOf(string container) =>
        AllowedMedia.Formats.Concat(AllowedMedia.SoundFormats).FirstOrDefault(name => name == container.Split(',')[0]);

    /// <summary>The whole argument list, without the program.</summary>
    /// <exception cref="JobFailedException">FORMAT_NOT_ALLOWED</exception>
    public IReadOnlyList<string> ToArguments(FfmpegOptions options)
    {
        var demuxer = DemuxerOf(Container)
            ?? throw new JobFailedException(JobErrorCode.FormatNotAllowed, "This kind of file is not supported.");
        var threads = options.ThreadsOf(IsBackground).ToString(CultureInfo.InvariantCulture);
        return
        [
            "-nostdin", "-hide_banner", "-y",
            "-v", "error",
            "-max_alloc", options.MaxAllocBytes.ToString(CultureInfo.InvariantCulture),

            // Out of its own accord ffmpeg fails when two thirds of the packets do not decode. How much may be missing is our decision.
            "-max_error_rate", "1",
            "-progress", "pipe:1", "-stats_period", "0.5",

            // -protocol_whitelist alone does not stop a playlist that names other local files: the formats must be closed too.
            "-protocol_whitelist", "file",
            "-format_whitelist", string.Join(',', AllowedMedia.Formats.Union([demuxer])),
            "-codec_whitelist", string.Join(',', Decoders),
            "-max_pixels", options.MaxPixels.ToString(CultureInfo.InvariantCulture),
            "-filter_complex_threads", threads,
            "-threads", threads,
            .. InputArguments,

            // The demuxer that the probe found: what was judged is what is opened.
            "-f", demuxer,

            // Without "file:" a name with a colon is taken for a protocol.
            "-i", "file:" + SourcePath,
            .. OutputArguments,
        ];
    }
}
