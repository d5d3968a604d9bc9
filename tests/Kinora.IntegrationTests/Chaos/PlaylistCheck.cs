using System.Text.RegularExpressions;
using Kinora.Core.Infra.Storage;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>S3: whatever a published playlist names stands in the same manifest, so that no player runs into a 404.</summary>
internal static partial class PlaylistCheck
{
    private const string Ending = ".m3u8";

    public static async Task<IReadOnlyList<string>> RunAsync(
        IObjectStore store, IReadOnlyCollection<PromisedObject> promised, CancellationToken cancellation)
    {
        var violations = new List<string>();
        var names = promised.ToLookup(p => p.Prefix, p => p.Name);
        foreach (var playlist in promised.Where(p => p.Name.EndsWith(Ending, StringComparison.Ordinal)))
        {
            await using var content = await store.OpenReadAsync(playlist.Key, 0, null, cancellation);
            if (content is null)
            {
                continue;
            }

            using var reader = new StreamReader(content.Stream);
            var text = await reader.ReadToEndAsync(cancellation);
            violations.AddRange(Uri().Matches(text)
                .Select(m => Resolve(playlist.Name, m.Groups["uri"].Value))
                .Distinct()
                .Where(name => !names[playlist.Prefix].Contains(name))
                .Select(name => $"S3: {playlist.Key} names {name}, which is not in the manifest"));
        }

        return violations;
    }

    private static string Resolve(string playlist, string uri) =>
        new Uri(new Uri("http://host/" + playlist), uri).AbsolutePath[1..];

    /// <summary>A line that is no tag, and the attribute URI of a tag.</summary>
    [GeneratedRegex("""^(?<uri>[^#\s].*?)\s*$|URI="(?<uri>[^"]+)""", RegexOptions.Multiline)]
    private static partial Regex Uri();
}
