using System.Globalization;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>A process that works on the files of an attempt: ffmpeg, or what a test has in its place, with all that it started.</summary>
internal sealed record EncoderProcess(int Id, int ParentId, Guid JobId, long Fence)
{
    /// <summary>All on this machine whose command line names an attempt's folder of the deployment, whoever started them.</summary>
    public static IReadOnlyList<EncoderProcess> Of(Deployment deployment)
    {
        var found = new List<EncoderProcess>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && Of(pid, deployment.WorkFolder) is { } encoder)
            {
                found.Add(encoder);
            }
        }

        return found;
    }

    private static EncoderProcess? Of(int pid, string workFolder)
    {
        try
        {
            // Behind "sources" in its place lies what several attempts read.
            var attempt = File.ReadAllText($"/proc/{pid}/cmdline").Split(workFolder).Skip(1)
                .Select(rest => rest.Split('/', '\0') is [_, _, { Length: > 37 } folder, ..] ? folder : null)
                .FirstOrDefault(folder => folder is not null);
            if (attempt is null)
            {
                return null;
            }

            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return new EncoderProcess(
                pid,
                int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture),
                Guid.Parse(attempt[..36]),
                long.Parse(attempt[37..], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // It has just ended.
            return null;
        }
    }
}
