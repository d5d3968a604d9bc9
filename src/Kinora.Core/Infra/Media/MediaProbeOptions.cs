using System.ComponentModel.DataAnnotations;
using Kinora.Core.Infra.Media.Native;

namespace Kinora.Core.Infra.Media;

/// <summary>How the probe runs. What a video may be like is said by <see cref="Videos.MediaOptions"/>.</summary>
public sealed class MediaProbeOptions
{
    public const string Section = "Kinora:MediaProbe";

    /// <summary>The helper's program; null: this process's own.</summary>
    public string? HelperFileName { get; set; }

    /// <summary>Its arguments; read only with <see cref="HelperFileName"/>.</summary>
    public IList<string> HelperArguments { get; set; } = [];

    /// <summary>Helpers that are kept when there is nothing to do.</summary>
    [Range(0, 64)]
    public int WarmHelpers { get; set; } = 1;

    /// <summary>Helpers, so requests, at one time. Further requests wait.</summary>
    [Range(1, 64)]
    public int MaxHelpers { get; set; } = 4;

    /// <summary>A helper ends after so many requests: leaks of libavformat then cannot add up.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerHelper { get; set; } = 200;

    /// <summary>The helper's data segment. An 8K picture has 106 MB at 16 bits, and finding the parameters of HEVC decodes a few.</summary>
    [Range(256L << 20, 64L << 30)]
    public long HelperMemoryBytes { get; set; } = 2L << 30;

    /// <summary>Wall clock for media info, the source's own delays counted.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan InfoTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Wall clock for a packet scan, which reads the whole source.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "12:00:00")]
    public TimeSpan ScanTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most packets of a scanned stream: 12 hours at 90 a second by default, and 21 bytes of memory each.</summary>
    [Range(1, 100_000_000)]
    public long MaxPackets { get; set; } = 4_000_000;

    internal (string FileName, IReadOnlyList<string> Arguments) ResolveHelper()
    {
        if (HelperFileName is not null)
        {
            return (HelperFileName, [.. HelperArguments]);
        }

        var self = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this process is not known.");
        return Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? (self, [Environment.GetCommandLineArgs()[0], ProbeHost.Argument])
            : (self, [ProbeHost.Argument]);
    }
}
