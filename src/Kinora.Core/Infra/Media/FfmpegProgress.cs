using System.Globalization;

namespace Kinora.Core.Infra.Media;

/// <summary>How far a run has come: frames of the first video output, and the latest time of any output.</summary>
public readonly record struct FfmpegProgress(long Frames, TimeSpan OutTime, long SizeBytes);

/// <summary>Reads the key=value lines of -progress; each block ends with "progress=continue" or "progress=end".</summary>
internal sealed class FfmpegProgressReader
{
    private long _frames;
    private long _outTimeUs;
    private long _sizeBytes;

    public bool HasEnded { get; private set; }

    /// <summary>The block that this line completes; null inside of a block.</summary>
    public FfmpegProgress? Read(string line)
    {
        var separator = line.IndexOf('=', StringComparison.Ordinal);
        if (separator < 0)
        {
            return null;
        }

        var value = line.AsSpan(separator + 1).Trim();
        switch (line.AsSpan(0, separator))
        {
            case "frame":
                Take(value, ref _frames);
                break;
            case "out_time_us":
                Take(value, ref _outTimeUs);
                break;
            case "total_size":
                Take(value, ref _sizeBytes);
                break;
            case "progress":
                HasEnded = value is "end";
                return new FfmpegProgress(_frames, TimeSpan.FromMicroseconds(_outTimeUs), _sizeBytes);
        }

        return null;
    }

    // "N/A" until the first packet is written, and a negative time before it: both leave the last value.
    private static void Take(ReadOnlySpan<char> text, ref long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) && parsed > value)
        {
            value = parsed;
        }
    }
}
