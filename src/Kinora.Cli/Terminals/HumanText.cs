using System.Globalization;

namespace Kinora.Cli.Terminals;

/// <summary>Sizes, times and speeds as people read them.</summary>
internal static class HumanText
{
    private const double Thousand = 1000;
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>"12.3 MB", in powers of a thousand.</summary>
    public static string Size(double bytes)
    {
        var unit = 0;

        // What would be rounded to a thousand is one of the next unit.
        while (bytes >= Thousand - 0.05 && unit < Units.Length - 1)
        {
            (bytes, unit) = (bytes / Thousand, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}");
    }

    /// <summary>"1:02:03" or "2:03".</summary>
    public static string Duration(TimeSpan time) => time < TimeSpan.FromHours(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");

    /// <summary>"5 s", "3 min", "2 h", "8 d": the largest unit of which there is one.</summary>
    public static string Age(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{(int)time.TotalDays} d",
        { TotalHours: >= 1 } => $"{(int)time.TotalHours} h",
        { TotalMinutes: >= 1 } => $"{(int)time.TotalMinutes} min",
        _ => $"{Math.Max(0, (int)time.TotalSeconds)} s",
    };

    /// <summary>"12.3 MB/s, 0:32 left".</summary>
    public static string Speed(double? bytesPerSecond, TimeSpan? left) =>
        bytesPerSecond is not { } rate ? "" : left is { } time ? $"{Size(rate)}/s, {Duration(time)} left" : $"{Size(rate)}/s";
}
