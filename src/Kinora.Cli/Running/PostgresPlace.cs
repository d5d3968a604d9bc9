using Kinora.Cli.Servers;

namespace Kinora.Cli.Running;

/// <summary>Where the cluster of a data folder lies.</summary>
internal static class PostgresPlace
{
    /// <summary>Not /var/tmp, which systemd-tmpfiles(8) may empty of old files; not /run, which a reboot empties.</summary>
    private const string Elsewhere = "/var/lib/kinora";

    /// <summary>
    /// In the data folder, unless we are root and the user "postgres" cannot pass through to it (a checkout in /root): then in a folder of
    /// its own, whose name is kept in the data folder. A data folder that is made anew so never meets the cluster of an earlier one.
    /// </summary>
    public static async Task<string> FindAsync(DataFolder folder, IProcessLog log, CancellationToken cancellation)
    {
        var record = $"{folder.Postgres}.location";
        if (File.Exists(record))
        {
            return (await File.ReadAllTextAsync(record, cancellation)).Trim();
        }

        if (await PostgresCluster.CanReachAsync(folder.Root, cancellation))
        {
            return folder.Postgres;
        }

        var place = Path.Combine(Elsewhere, Guid.CreateVersion7().ToString("n"));
        Directory.CreateDirectory(Elsewhere);
        await File.WriteAllTextAsync(record, place, cancellation);
        log.Write("kinora", $"the user postgres cannot reach {folder.Root}: the database's files are kept in {place}");
        return place;
    }
}
