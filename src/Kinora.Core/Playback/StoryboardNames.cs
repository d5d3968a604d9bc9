using System.Globalization;

namespace Kinora.Core.Playback;

/// <summary>
/// Names of a storyboard's files, in the manifest, as objects, and at the end of their URLs: side by side, so that the text's relative URIs
/// lead from each of its URLs to the sprites.
/// </summary>
public static class StoryboardNames
{
    public const string Text = "storyboard.vtt";

    /// <summary>What all sprites' names begin with.</summary>
    public const string Sprites = "storyboard-";

    /// <param name="edition">The attempt that made it: after a retry no sprite has the name of another (decision 0006).</param>
    /// <param name="number">From 0 on.</param>
    public static string Sprite(long edition, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Sprites}{edition}-{number}.jpg");

    public static bool IsSprite(string name) => name.StartsWith(Sprites, StringComparison.Ordinal);
}
