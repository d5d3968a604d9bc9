using System.Text.RegularExpressions;

namespace Kinora.Core.Transcoding.Packaging;

/// <summary>
/// Puts a package under a folder of its own, below a master that stays at the top: the master's URL is the video's for ever, while no two
/// packages of one video share the URI of a playlist or of media, so that caches and players in mid-stream never mix them.
/// </summary>
public static partial class PackageEdition
{
    /// <param name="edition">Becomes a path segment: digits.</param>
    /// <param name="topFolder">Where the new master is written.</param>
    /// <returns>The package's files under their new names, in their order.</returns>
    public static async Task<IReadOnlyList<PackagedFile>> MoveAsync(
        Package package, long edition, string topFolder, CancellationToken cancellation)
    {
        var files = new List<PackagedFile>();
        foreach (var file in package.Files)
        {
            if (file.Name == PackageLayout.Master)
            {
                var master = Relocate(await File.ReadAllTextAsync(file.Path, cancellation), edition);
                files.Add(await new PackageWriter(topFolder).WriteTextAsync(PackageLayout.Master, master, cancellation));
            }
            else
            {
                files.Add(file with { Name = $"{edition}/{file.Name}" });
            }
        }

        return files;
    }

    /// <summary>The same master, one folder above the playlists that it names.</summary>
    internal static string Relocate(string master, long edition) => Uri().Replace(master, $"${{before}}{edition}/");

    /// <summary>A line that is no tag and not empty, or a URI attribute (draft-pantos-hls-rfc8216bis §4.1, §4.2).</summary>
    [GeneratedRegex("""(?<before>^(?=[^#\n])|,URI=")""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Uri();
}
