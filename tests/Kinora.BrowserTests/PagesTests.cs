using System.Text.Json;
using Microsoft.Playwright;

namespace Kinora.BrowserTests;

/// <summary>Every page in both themes, on a desk and on a phone: readable for everybody, quick to come, and still once it is there.</summary>
[Collection("app")]
public sealed class PagesTests(BrowserFixture browser, AppSite site)
{
    /// <summary>Bytes of all that a first visit loads, as they travel.</summary>
    private const int MostBytes = 200_000;

    /// <summary>Of Cumulative Layout Shift, which is good below 0.1 (web.dev/cls): nothing that one could see.</summary>
    private const double MostShift = 0.02;

    /// <summary>Milliseconds, until a player has its first picture.</summary>
    private const float Patience = 60_000;

    private const string MeasureShift = """
        window.shifts = [];
        const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ');
        const describe = (s) => `${s.node?.className ?? s.node?.nodeName}: ${box(s.previousRect)} -> ${box(s.currentRect)}`;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            if (!entry.hadRecentInput) window.shifts.push([entry.value, entry.startTime, ...entry.sources.map(describe)]);
          }
        }).observe({ type: 'layout-shift', buffered: true });
        """;

    [Theory]
    [InlineData("desk-light", ColorScheme.Light, 1280, 860)]
    [InlineData("desk-dark", ColorScheme.Dark, 1280, 860)]
    [InlineData("phone-light", ColorScheme.Light, 390, 844)]
    [InlineData("phone-dark", ColorScheme.Dark, 390, 844)]
    public async Task Pages_have_no_serious_issue_of_axe_and_do_not_shift(string device, ColorScheme theme, int width, int height)
    {
        var contents = await site.ContentsAsync();
        await using var watched = await browser.OpenAsync(site.Origin, new()
        {
            Locale = "en-US",
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = watched.Page;
        await page.Context.AddInitScriptAsync(MeasureShift);
        var issues = new List<string>();
        (string Name, string Path, string Ready)[] open =
        [
            ("home", "/", "h1"),
            ("watch", $"/watch#{contents.MasterUrl.AbsolutePath}", "#stage[data-state]"),
            ("embed", contents.EmbedUrl.AbsolutePath, "#stage[data-state]"),
            ("sign-in", "/app", "form"),
        ];
        (string Name, string Path, string Ready)[] own =
        [
            ("library", "/app", ".card img"),
            ("video", $"/app/videos/{contents.VideoId}", ".facts div"),
            ("broken", $"/app/videos/{contents.BrokenId}", ".problem-line"),
            ("webhooks", "/app/webhooks", ".rows .row"),
            ("webhook", $"/app/webhooks/{contents.WebhookId}", ".rows details"),
            ("system", "/app/system", ".chart"),
            ("missing", "/app/nowhere", ".empty"),
        ];
        foreach (var (name, path, ready) in open)
        {
            await LookAsync(name, path, ready);
        }

        await page.GetByLabel("E-mail").FillAsync(AppSite.OperatorEmail);
        await page.GetByLabel("Password").FillAsync(AppSite.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.Locator(".card").First.WaitForAsync();
        foreach (var (name, path, ready) in own)
        {
            await LookAsync(name, path, ready);
        }

        Assert.True(issues.Count == 0, string.Join('\n', issues));

        async Task LookAsync(string name, string path, string ready)
        {
            await page.GotoAsync(path);
            await page.Locator(ready).First.WaitForAsync();
            if (name == "webhook")
            {
                await page.Locator(".rows summary").First.ClickAsync();
                await page.Locator(".detail").First.WaitForAsync();
            }

            foreach (var player in page.Frames.Where(frame => frame != page.MainFrame || path.StartsWith("/embed", StringComparison.Ordinal)))
            {
                await player.WaitForFunctionAsync("() => document.querySelector('video')?.readyState >= 2", null, new() { PollingInterval = 50, Timeout = Patience });
            }

            await page.WaitForFunctionAsync("() => document.fonts.status === 'loaded' && [...document.images].every(i => i.complete)");
            issues.AddRange((await Axe.IssuesAsync(page)).Select(issue => $"{name}: {issue}"));
            var shifts = await page.EvaluateAsync<JsonElement>("() => window.shifts");
            if (shifts.EnumerateArray().Sum(shift => shift[0].GetDouble()) > MostShift)
            {
                issues.Add($"{name} shifts: {shifts}");
            }

            if (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"))
            {
                issues.Add($"{name} is wider than {width} pixels");
            }

            await Screenshots.TakeAsync(page, $"{name}-{device}");
        }
    }

    [Fact]
    public async Task A_first_visit_loads_little()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        var responses = new List<IResponse>();
        watched.Page.Response += (_, response) => responses.Add(response);

        await watched.Page.GotoAsync("/app", new() { WaitUntil = WaitUntilState.NetworkIdle });

        var sizes = await Task.WhenAll(responses.Select(async response => (response.Url, Bytes: (await response.Request.SizesAsync()).ResponseBodySize)));
        Assert.Contains(sizes, size => size.Url.EndsWith(".js", StringComparison.Ordinal));
        Assert.True(sizes.Sum(size => size.Bytes) is > 10_000 and < MostBytes, string.Join('\n', sizes));
    }
}
