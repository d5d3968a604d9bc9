using System.Text.Json;
using Microsoft.Playwright;

namespace Kinora.BrowserTests;

/// <summary>axe-core, which finds what keeps people from using a page.</summary>
internal static class Axe
{
    private static readonly string Script = File.ReadAllText(NodeModules.Path("axe-core", "axe.min.js"));

    /// <returns>What is serious or critical in it, in the page and its frames.</returns>
    public static async Task<IEnumerable<string>> IssuesAsync(IPage page)
    {
        foreach (var frame in page.Frames)
        {
            await frame.EvaluateAsync(Script);
        }

        var violations = await page.EvaluateAsync<JsonElement>("async () => (await axe.run({ resultTypes: ['violations'] })).violations");
        return violations.EnumerateArray()
            .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
            .SelectMany(violation => violation.GetProperty("nodes").EnumerateArray().Select(node =>
                $"{violation.GetProperty("id").GetString()}: {node.GetProperty("html").GetString()} {node.GetProperty("failureSummary").GetString()}"));
    }
}
