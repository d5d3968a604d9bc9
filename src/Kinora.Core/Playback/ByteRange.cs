using System.Globalization;

namespace Kinora.Core.Playback;

/// <summary>A single range of bytes out of a Range header (RFC 9110 §14).</summary>
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <returns>
    /// <see cref="RangeOutcome.Whole"/> for a header to be ignored: absent, malformed, of another unit, or with several ranges (a server may
    /// ignore those, §14.2). <see cref="RangeOutcome.Unsatisfiable"/>: it selects no byte of the object.
    /// </returns>
    public static RangeOutcome Parse(string? header, long size, out ByteRange range)
    {
        range = default;
        const string unit = "bytes=";
        if (header is null || !header.StartsWith(unit, StringComparison.OrdinalIgnoreCase))
        {
            return RangeOutcome.Whole;
        }

        var spec = header.AsSpan(unit.Length).Trim(" \t");
        var dash = spec.IndexOf('-');
        if (dash < 0 || spec.Contains(','))
        {
            return RangeOutcome.Whole;
        }

        return dash == 0 ? ParseSuffix(spec[1..], size, out range) : ParseFromTo(spec[..dash], spec[(dash + 1)..], size, out range);
    }

    private static RangeOutcome ParseSuffix(ReadOnlySpan<char> text, long size, out ByteRange range)
    {
        range = default;
        if (!TryParse(text, out var count))
        {
            return RangeOutcome.Whole;
        }

        if (count == 0 || size == 0)
        {
            return RangeOutcome.Unsatisfiable;
        }

        var length = Math.Min(count, size);
        range = new ByteRange(size - length, length);
        return RangeOutcome.Part;
    }

    private static RangeOutcome ParseFromTo(ReadOnlySpan<char> from, ReadOnlySpan<char> to, long size, out ByteRange range)
    {
        range = default;
        var last = long.MaxValue;
        if (!TryParse(from, out var first) || (to.Length > 0 && !TryParse(to, out last)) || last < first)
        {
            return RangeOutcome.Whole;
        }

        if (first >= size)
        {
            return RangeOutcome.Unsatisfiable;
        }

        range = new ByteRange(first, Math.Min(last, size - 1) - first + 1);
        return RangeOutcome.Part;
    }

    private static bool TryParse(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

public enum RangeOutcome { Whole, Part, Unsatisfiable }
