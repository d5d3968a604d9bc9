using System.Globalization;
using System.Text.RegularExpressions;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>What a player finds below a master playlist.</summary>
/// <param name="Renditions">Largest first.</param>
/// <param name="Sounds">The default one first.</param>
internal sealed partial record PlayedStream(IReadOnlyList<PlayedRendition> Renditions, IReadOnlyList<PlayedSound> Sounds)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PlayedStream> OpenAsync(string masterUrl)
    {
        using var http = new HttpClient();
        var master = new Uri(masterUrl);
        var text = await http.GetStringAsync(master, Cancellation);
        var renditions = new List<PlayedRendition>();
        foreach (var variant in Variant().Matches(text).DistinctBy(v => v.Groups["uri"].Value))
        {
            var playlist = new Uri(master, variant.Groups["uri"].Value);
            renditions.Add(new PlayedRendition(NameOf(playlist), Number(variant, "width"), Number(variant, "height"), playlist, await SecondsAsync(playlist)));
        }

        var sounds = new List<PlayedSound>();
        foreach (var sound in Sound().Matches(text).DistinctBy(s => s.Groups["uri"].Value))
        {
            var playlist = new Uri(master, sound.Groups["uri"].Value);
            var language = sound.Groups["language"] is { Success: true, Value: var tag } ? tag : null;
            sounds.Add(new PlayedSound(language, Number(sound, "channels"), playlist, await SecondsAsync(playlist)));
        }

        return new PlayedStream([.. renditions.OrderByDescending(r => r.Width * r.Height)], sounds);

        async Task<double> SecondsAsync(Uri playlist)
        {
            var media = await http.GetStringAsync(playlist, Cancellation);
            Assert.Contains("#EXT-X-ENDLIST", media, StringComparison.Ordinal);
            return Duration().Matches(media).Sum(d => double.Parse(d.Groups["seconds"].Value, CultureInfo.InvariantCulture));
        }
    }

    private static string NameOf(Uri playlist) => Path.GetFileNameWithoutExtension(playlist.AbsolutePath);

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^#EXT-X-STREAM-INF:.*RESOLUTION=(?<width>\d+)x(?<height>\d+).*\n(?<uri>.+)$", RegexOptions.Multiline)]
    private static partial Regex Variant();

    [GeneratedRegex("""^#EXT-X-MEDIA:TYPE=AUDIO,(?:.*LANGUAGE="(?<language>[^"]+)")?.*CHANNELS="(?<channels>\d+)".*URI="(?<uri>[^"]+)"$""", RegexOptions.Multiline)]
    private static partial Regex Sound();

    [GeneratedRegex(@"^#EXTINF:(?<seconds>[\d.]+)", RegexOptions.Multiline)]
    private static partial Regex Duration();
}

/// <param name="Seconds">As its playlist has it.</param>
internal sealed record PlayedRendition(string Name, int Width, int Height, Uri Playlist, double Seconds);

/// <param name="Seconds">As its playlist has it.</param>
internal sealed record PlayedSound(string? Language, int Channels, Uri Playlist, double Seconds);
