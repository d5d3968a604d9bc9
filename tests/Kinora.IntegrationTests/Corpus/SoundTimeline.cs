using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>A track's sound as one channel, each sample at the time at which it is heard, from a moment on: the first picture's.</summary>
internal sealed partial class SoundTimeline
{
    // An eighth of a millisecond, for what is asked in tens of them.
    private const int Rate = 8000;
    /// <summary>Matroska and FLV tell times in milliseconds: what comes so near after what was before follows it without a gap.</summary>
    private const double RoundingSeconds = 0.002;

    private const double WindowSeconds = 4;
    private const double MaxOffsetSeconds = 0.6;

    /// <summary>Below it a window is taken for silence: nothing in it tells one time from another.</summary>
    private const double SilentLevel = 0.0005;

    private readonly float[] _samples;

    private SoundTimeline(float[] samples) => _samples = samples;

    public double Seconds => (double)_samples.Length / Rate;

    /// <param name="origin">In the input's own time.</param>
    public static async Task<SoundTimeline> ReadAsync(string input, string stream, double origin)
    {
        // Samples come out as they were decoded, in number too; when each frame of them is heard stands in the error output.
        var (bytes, lines) = await Tools.RunForBytesAsync("ffmpeg", [
            "-nostdin", "-nostats", "-v", "info", "-copyts", "-i", input, "-map", stream, "-af", "ashowinfo", "-ac", "1", "-f", "f32le", "-"]);
        var decoded = MemoryMarshal.Cast<byte, float>(bytes);
        var (sums, counts) = (new List<float>(), new List<int>());
        var (at, next) = (0, 0.0);
        foreach (var frame in lines.Select(line => Frame().Match(line)).Where(frame => frame.Success))
        {
            var (rate, count) = (Number(frame, "rate"), (int)Number(frame, "count"));
            var start = frame.Groups["pts"].Value == "NOPTS" ? next : (Number(frame, "pts") / rate) - origin;
            start = Math.Abs(start - next) < RoundingSeconds ? next : start;
            for (var i = 0; i < count && at < decoded.Length; i++, at++)
            {
                Put((int)Math.Floor((start + (i / rate)) * Rate), decoded[at]);
            }

            next = start + (count / rate);
        }

        return new SoundTimeline([.. sums.Zip(counts, (sum, count) => count == 0 ? 0 : sum / count)]);

        void Put(int place, float sample)
        {
            if (place < 0)
            {
                return;
            }

            while (place >= sums.Count)
            {
                sums.Add(0);
                counts.Add(0);
            }

            sums[place] += sample;
            counts[place]++;
        }

        static double Number(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>When sound starts after silence, in seconds.</summary>
    public IEnumerable<double> Onsets(float level, double silentSeconds)
    {
        var quiet = (int)(silentSeconds * Rate);
        for (var (i, loud) = (0, -quiet); i < _samples.Length; i++)
        {
            if (Math.Abs(_samples[i]) >= level)
            {
                if (i - loud >= quiet)
                {
                    yield return (double)i / Rate;
                }

                loud = i;
            }
        }
    }

    /// <summary>
    /// By how much the same sound is heard later in another timeline, in seconds, found at the beginning, in the middle and at the end by the
    /// highest normalised cross-correlation; empty where all of it is silence.
    /// </summary>
    public IReadOnlyList<SoundOffset> OffsetsIn(SoundTimeline other)
    {
        var length = Math.Min((int)(WindowSeconds * Rate), _samples.Length);
        var last = Math.Max(0, Math.Min(_samples.Length, other._samples.Length) - length);
        return [.. new[] { 0, last / 2, last }.Distinct().Select(start => Find(start, length, other)).OfType<SoundOffset>()];
    }

    private SoundOffset? Find(int start, int length, SoundTimeline other)
    {
        const int Reach = (int)(MaxOffsetSeconds * Rate);
        var pattern = _samples.AsSpan(start, length);
        var energy = Dot(pattern, pattern);
        if (Math.Sqrt(energy / length) < SilentLevel)
        {
            return null;
        }

        // Silence around it: what is heard before the beginning, or after the end, is nothing.
        var around = new float[length + (2 * Reach)];
        for (var i = 0; i < around.Length; i++)
        {
            var place = start - Reach + i;
            around[i] = place >= 0 && place < other._samples.Length ? other._samples[place] : 0;
        }

        var best = new SoundOffset(0, 0);
        for (var lag = 0; lag <= 2 * Reach; lag++)
        {
            var window = around.AsSpan(lag, length);
            var likeness = Dot(pattern, window) / Math.Sqrt(energy * Math.Max(Dot(window, window), 1e-12));
            if (likeness > best.Likeness)
            {
                best = new SoundOffset((double)(lag - Reach) / Rate, likeness);
            }
        }

        return best;
    }

    private static double Dot(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var a = MemoryMarshal.Cast<float, Vector<float>>(one);
        var b = MemoryMarshal.Cast<float, Vector<float>>(other);
        var sum = Vector<float>.Zero;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        var rest = 0f;
        for (var i = a.Length * Vector<float>.Count; i < one.Length; i++)
        {
            rest += one[i] * other[i];
        }

        return Vector.Sum(sum) + rest;
    }

    [GeneratedRegex(@"ashowinfo.* pts:(?<pts>\S+) .*rate:(?<rate>\d+) nb_samples:(?<count>\d+)")]
    private static partial Regex Frame();
}

/// <param name="Seconds">Positive: later.</param>
/// <param name="Likeness">1: the same but for its loudness.</param>
internal sealed record SoundOffset(double Seconds, double Likeness);
