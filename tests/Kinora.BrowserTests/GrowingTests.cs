using Microsoft.Playwright;

namespace Kinora.BrowserTests;

/// <summary>What is encoded while it is played, and must not fall behind: nothing else of the tests runs beside it.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Growing;

/// <summary>Players start a video while it is being encoded, and come to its end without a stall.</summary>
[Collection(typeof(Growing))]
public sealed class GrowingTests(BrowserFixture browser, GrowingSite site) : IClassFixture<GrowingSite>
{
    /// <summary>Notes each wait after the picture has begun to move.</summary>
    private const string WatchStalls = """
        () => {
          const video = document.querySelector('video');
          window.stalls = [];
          let isStarted = false;
          video.addEventListener('timeupdate', () => { isStarted = isStarted || video.currentTime > 0.3; });
          video.addEventListener('waiting', () => { if (isStarted && !video.seeking && !video.ended) window.stalls.push(video.currentTime); });
        }
        """;

    private const string SaysItsSecond = """
        ((video) => [...video.textTracks].find((t) => t.mode === 'showing')?.activeCues?.[0]?.text === `second ${Math.floor(video.currentTime)}`)
          (document.querySelector('video'))
        """;

    [Fact]
    public async Task Our_page_plays_and_switches_between_the_copy_and_what_is_encoded()
    {
        var (videoId, master) = await site.UploadAsync();
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.WatchAsync(master.AbsolutePath);
        await watched.Page.EvaluateAsync(WatchStalls);
        await watched.PlayAsync();
        await watched.UntilAsync("() => document.querySelector('video').currentTime > 1");
        Assert.False(await site.IsCompleteAsync(videoId), "it was whole before it was played");

        Assert.Empty(await watched.Page.EvaluateAsync<double[]>("() => window.stalls"));

        await watched.Page.Keyboard.PressAsync("c");
        await watched.UntilAsync("() => " + SaysItsSecond);

        // A choice takes the place of what is buffered ahead, for which a slow machine may wait.
        await ChooseAsync(watched.Page, "360p");
        await watched.UntilAsync("() => document.querySelector('video').videoHeight === 360");
        await ChooseAsync(watched.Page, "480p");
        await watched.UntilAsync("() => document.querySelector('video').videoHeight === 480");
        await watched.Page.EvaluateAsync("() => { window.stalls = []; }");

        await watched.UntilAsync("() => document.querySelector('video').currentTime > 30 && " + SaysItsSecond, GrowingSite.Seconds * 3);
        await ShouldEndWellAsync(watched);
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task Shaka_Player_plays_it_from_another_origin()
    {
        var (videoId, master) = await site.UploadAsync();
        await using var watched = await browser.OpenAsync(site.Origin);
        var page = $"http://localhost:{site.Origin.Port}/player";
        await watched.Page.RouteAsync(page, route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = "<!doctype html><video muted></video>",
        }));
        await watched.Page.GotoAsync(page);
        await watched.Page.AddScriptTagAsync(new() { Path = NodeModules.Path("shaka-player", "dist", "shaka-player.compiled.js") });
        await watched.Page.EvaluateAsync(WatchStalls);
        await watched.Page.EvaluateAsync(
            """
            async (master) => {
              window.faults = [];
              const player = new shaka.Player();
              await player.attach(document.querySelector('video'));
              player.addEventListener('error', (event) => window.faults.push(event.detail.code));
              // Its errors are no Error: they would come out without a word.
              await player.load(master, 0).catch((e) => { throw new Error(`Shaka error ${e.code}: ${JSON.stringify(e.data)}`); });
              window.languages = player.getTextTracks().map((track) => track.language);
            }
            """,
            master.ToString());
        Assert.Equal(["en"], await watched.Page.EvaluateAsync<string[]>("() => window.languages"));
        await watched.PlayAsync();
        await watched.UntilAsync("() => document.querySelector('video').currentTime > 1");
        Assert.False(await site.IsCompleteAsync(videoId), "it was whole before it was played");

        await ShouldEndWellAsync(watched);
        Assert.Equal(0, await watched.Page.EvaluateAsync<int>("() => window.faults.length"));
    }

    private static async Task ShouldEndWellAsync(WatchedPage watched)
    {
        await watched.UntilAsync("() => document.querySelector('video').ended", GrowingSite.Seconds * 3);

        Assert.Equal(GrowingSite.Seconds, await watched.Page.EvaluateAsync<double>("() => document.querySelector('video').currentTime"), 0.3);
        Assert.Equal(1, await watched.Page.EvaluateAsync<int>("() => document.querySelector('video').buffered.length"));
        Assert.Empty(await watched.Page.EvaluateAsync<double[]>("() => window.stalls"));
    }

    private static async Task ChooseAsync(IPage page, string quality)
    {
        await page.HoverAsync("#stage");
        await page.ClickAsync("#settings");
        await page.ClickAsync($"[role=menuitemradio]:text-is('{quality}')");
    }
}
