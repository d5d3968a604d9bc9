using Microsoft.Playwright;

namespace Kinora.BrowserTests;

/// <summary>The pictures of docs/images, made anew where KINORA_UPDATE_IMAGES is 1.</summary>
internal static class Screenshots
{
    private static readonly bool AreWanted = Environment.GetEnvironmentVariable("KINORA_UPDATE_IMAGES") == "1";

    // artifacts/bin/<project>/<configuration>/
    private static readonly string Folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "docs", "images"));

    public static async Task TakeAsync(IPage page, string name)
    {
        if (AreWanted)
        {
            Directory.CreateDirectory(Folder);
            await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}.jpg"), Type = ScreenshotType.Jpeg, Quality = 88, Caret = ScreenshotCaret.Hide });
        }
    }
}
