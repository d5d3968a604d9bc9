using System.Globalization;
using Microsoft.Playwright;

namespace Kinora.BrowserTests;

public sealed class CaptionWatchTests(BrowserFixture browser, WatchSite site) : IClassFixture<WatchSite>
{
    private const string Captioned = $"/v1/videos/sample/hls/signature/{CaptionedStream.Master}";
    private const string Growing = $"/v1/videos/growing-captioned/hls/signature/{CaptionedStream.Master}";

    /// <summary>Seconds that a cue may be off.</summary>
    private const double Tolerance = 0.1;

    /// <summary>The name of the one track that is shown, "none", or "several".</summary>
    private const string Shown = """
        ((t) => t.length > 1 ? 'several' : (t[0]?.label ?? 'none'))([...document.querySelector('video').textTracks].filter((t) => t.mode === 'showing'))
        """;

    private const string ActiveText = "(([t]) => [...(t?.activeCues ?? [])].map((c) => c.text).join('|'))([...document.querySelector('video').textTracks].filter((t) => t.mode === 'showing'))";

    private const string Label = "document.querySelector('#captions').textContent.trim()";

    private const string HasButton = "() => !document.querySelector('#captions').hidden && document.querySelector('video').readyState >= 2";

    [Fact]
    public async Task There_is_no_button_without_captions()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.WatchAsync(WatchSite.Stream);
        await watched.PlayAsync();
        await watched.UntilAsync("() => document.querySelector('video').currentTime > 1");

        await watched.Page.Keyboard.PressAsync("c");

        Assert.True(await watched.Page.IsHiddenAsync("#captions"));
        Assert.True(await watched.Page.IsHiddenAsync("#captions-key"));
        Assert.Equal(0, await watched.Page.EvaluateAsync<int>("() => document.querySelector('video').textTracks.length"));
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task The_menu_has_languages_by_their_own_names_and_nothing_is_shown_at_first()
    {
        await using var watched = await OpenAsync();

        var items = watched.Page.Locator("#captions-menu [role=menuitemradio]");

        Assert.Equal(["Off", "English", "한국어", "English 2", "Text", "Deutsch"], await items.AllTextContentsAsync());
        Assert.Equal("ko", await items.Nth(2).GetAttributeAsync("lang"));
        Assert.Equal("none", await ShownAsync(watched));
        Assert.DoesNotContain(watched.Requests, url => url.EndsWith(".vtt", StringComparison.Ordinal) && !url.Contains("storyboard", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_chosen_is_shown_when_it_is_said()
    {
        await using var watched = await OpenAsync();

        await ChooseAsync(watched.Page, "English");
        await watched.UntilAsync($"() => {Shown} === 'en' && document.querySelector('video').textTracks[0].cues.length === {CaptionedStream.Cues.Count}");
        foreach (var (start, end, text) in CaptionedStream.Cues.Reverse())
        {
            await ShouldSayAsync(watched, start - Tolerance, "");
            await ShouldSayAsync(watched, start + Tolerance, text);
            await ShouldSayAsync(watched, end - Tolerance, text);
            await ShouldSayAsync(watched, end + Tolerance, "");
        }

        await ChooseAsync(watched.Page, "한국어");
        await ShouldSayAsync(watched, CaptionedStream.Cues[0].Start + Tolerance, "좋은 아침");
        await ChooseAsync(watched.Page, "English");
        await ShouldSayAsync(watched, CaptionedStream.Cues[0].Start + Tolerance, CaptionedStream.Cues[0].Text);
        await ChooseAsync(watched.Page, "Off");
        await watched.UntilAsync($"() => {Shown} === 'none' && {Label} === 'Captions: off'");

        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task What_plays_on_says_what_comes()
    {
        await using var watched = await OpenAsync();
        await watched.Page.Keyboard.PressAsync("c");

        await watched.PlayAsync();
        foreach (var (_, _, text) in CaptionedStream.Cues.Take(2))
        {
            await watched.UntilAsync($"() => {ActiveText} === {Quote(text)}");
        }

        Assert.Empty(watched.Complaints);
    }

    [Theory]
    [InlineData("en-GB", "en", "Captions: English")]
    [InlineData("ko-KR", "ko", "Captions: 한국어")]
    [InlineData("fr-FR", "en", "Captions: English")]
    public async Task A_key_shows_the_browsers_language_and_hides_it(string locale, string text, string label)
    {
        await using var watched = await OpenAsync(new() { Locale = locale });

        await watched.Page.Keyboard.PressAsync("c");
        await watched.UntilAsync($"() => {Shown} === '{text}' && {Label} === '{label}'");
        await watched.Page.Keyboard.PressAsync("c");
        await watched.UntilAsync($"() => {Shown} === 'none' && {Label} === 'Captions: off'");

        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task The_choice_is_remembered()
    {
        await using var watched = await OpenAsync();
        await ChooseAsync(watched.Page, "English 2");
        await watched.UntilAsync($"() => {Shown} === 'en 2'");

        await watched.Page.ReloadAsync();
        await watched.UntilAsync(HasButton);
        await watched.UntilAsync($"() => {Shown} === 'en 2'");
        await ShouldSayAsync(watched, 5, "[birds sing]");
        await ChooseAsync(watched.Page, "Off");
        await watched.Page.ReloadAsync();
        await watched.UntilAsync(HasButton);
        Assert.Equal("none", await ShownAsync(watched));
        await watched.Page.Keyboard.PressAsync("c");
        await watched.UntilAsync($"() => {Shown} === 'en 2'");

        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task Captions_do_without_storage()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.Page.AddInitScriptAsync(
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('sandboxed', 'SecurityError'); } })");
        await watched.WatchAsync(Captioned);
        await watched.UntilAsync(HasButton);

        await ChooseAsync(watched.Page, "한국어");
        await watched.UntilAsync($"() => {Shown} === 'ko'");
        await watched.Page.Keyboard.PressAsync("c");
        await watched.UntilAsync($"() => {Shown} === 'none'");
        await watched.Page.Keyboard.PressAsync("c");
        await watched.UntilAsync($"() => {Shown} === 'ko'");

        Assert.Empty(watched.Complaints);
    }

    [Theory]
    [InlineData(1280, 860)]
    [InlineData(390, 844)]
    public async Task The_menu_is_worked_by_keys_and_is_for_everybody(int width, int height)
    {
        await using var watched = await OpenAsync(new() { ViewportSize = new() { Width = width, Height = height } });
        var page = watched.Page;

        await page.FocusAsync("#captions");
        await page.Keyboard.PressAsync("Enter");
        await watched.UntilAsync("() => document.activeElement.textContent === 'Off'");
        Assert.Equal("true", await page.GetAttributeAsync("#captions", "aria-expanded"));
        await page.Keyboard.PressAsync("ArrowUp");
        await watched.UntilAsync("() => document.activeElement.textContent === 'Deutsch'");
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("ArrowDown");
        await watched.UntilAsync("() => document.activeElement.textContent === 'English'");
        Assert.Empty(await Axe.IssuesAsync(page));
        await page.Keyboard.PressAsync("Enter");
        await watched.UntilAsync($"() => {Shown} === 'en'");

        Assert.True(await page.IsHiddenAsync("#captions-menu"));
        Assert.Equal("captions", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        Assert.Equal("English", await page.TextContentAsync("#captions-menu [aria-checked=true]"));
        Assert.Equal(0, await page.EvaluateAsync<double>("() => document.querySelector('video').currentTime"));
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Escape");
        Assert.True(await page.IsHiddenAsync("#captions-menu"));
        Assert.Empty(watched.Complaints);
    }

    [Theory]
    [InlineData(1280, 860)]
    [InlineData(390, 844)]
    public async Task Captions_are_above_the_controls_that_are_seen(int width, int height)
    {
        const string lift = "parseFloat(getComputedStyle(document.querySelector('video')).getPropertyValue('--cue-lift'))";
        await using var watched = await OpenAsync(new() { ViewportSize = new() { Width = width, Height = height } });
        await watched.Page.Keyboard.PressAsync("c");
        await ShouldSayAsync(watched, CaptionedStream.Cues[1].Start + Tolerance, CaptionedStream.Cues[1].Text);

        await watched.UntilAsync(
            $"() => {lift} > document.querySelector('#stage').getBoundingClientRect().bottom - document.querySelector('#timeline').getBoundingClientRect().top");
        var seen = await watched.Page.EvaluateAsync<double>($"() => {lift}");
        await watched.PlayAsync();
        await watched.UntilAsync("() => !('awake' in document.querySelector('#stage').dataset)");

        Assert.InRange(await watched.Page.EvaluateAsync<double>($"() => {lift}"), 1, seen / 2);
    }

    [Fact]
    public async Task Captions_that_do_not_come_leave_the_video_alone()
    {
        await using var watched = await OpenAsync();
        await watched.PlayAsync();

        await ChooseAsync(watched.Page, "Deutsch");
        await watched.UntilAsync($"() => {Shown} === 'none' && {Label} === 'Captions: off'");
        Assert.Equal("Deutsch (did not load)", await watched.Page.TextContentAsync("#captions-menu button >> nth=-1"));
        await watched.Page.Keyboard.PressAsync("9");
        await watched.UntilAsync("() => document.querySelector('video').ended");

        Assert.True(await watched.Page.IsHiddenAsync("#problem"));
    }

    [Fact]
    public async Task What_still_grows_has_all_of_its_captions()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.WatchAsync(Growing);
        await watched.UntilAsync(HasButton);

        await watched.Page.Keyboard.PressAsync("c");
        await watched.UntilAsync($"() => {Shown} === 'en' && document.querySelector('video').textTracks[0].cues.length === {CaptionedStream.Cues.Count}");
        await watched.UntilAsync("() => !document.querySelector('#growing').hidden");
        var (start, _, text) = CaptionedStream.Cues[0];
        await ShouldSayAsync(watched, start + Tolerance, text);
        await watched.UntilAsync("() => document.querySelector('#growing').hidden");
        await watched.UntilAsync($"() => document.querySelector('video').duration > {SampleStream.Seconds - 1}");
        (start, _, text) = CaptionedStream.Cues[^1];
        await ShouldSayAsync(watched, start - Tolerance, "");
        await ShouldSayAsync(watched, start + Tolerance, text);

        Assert.Empty(watched.Complaints);
    }

    /// <summary>Safari without Media Source Extensions, as far as another browser can be it: the tracks are its own, and come late.</summary>
    [Fact]
    public async Task Tracks_of_the_browsers_own_are_offered_and_shown()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.Page.AddInitScriptAsync("delete window.MediaSource; delete window.ManagedMediaSource; delete window.WebKitMediaSource;");
        await watched.WatchAsync(WatchSite.Stream);
        await watched.UntilAsync("() => document.querySelector('video').src.endsWith('.m3u8')");

        await watched.Page.EvaluateAsync("""
            () => ['subtitles en', 'metadata x', 'subtitles ko'].forEach((track) => {
              const [kind, language] = track.split(' ');
              document.querySelector('video').addTextTrack(kind, language, language);
            })
            """);
        await watched.UntilAsync("() => document.querySelector('#captions-menu').textContent === 'CaptionsOffEnglish한국어'");
        await watched.Page.Keyboard.PressAsync("c");
        await watched.UntilAsync($"() => {Shown} === 'en' && {Label} === 'Captions: English'");
        await watched.Page.EvaluateAsync("() => { const [en, , ko] = document.querySelector('video').textTracks; en.mode = 'disabled'; ko.mode = 'showing'; }");
        await watched.UntilAsync($"() => {Label} === 'Captions: 한국어'");
        await watched.Page.Keyboard.PressAsync("c");

        await watched.UntilAsync($"() => {Shown} === 'none' && {Label} === 'Captions: off'");
    }

    private async Task<WatchedPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        options ??= new();
        options.Locale ??= "en-US"; // whatever the machine's is
        var watched = await browser.OpenAsync(site.Origin, options);
        await watched.WatchAsync(Captioned);
        await watched.UntilAsync(HasButton);
        return watched;
    }

    private static async Task ChooseAsync(IPage page, string label)
    {
        await page.HoverAsync("#stage");
        await page.ClickAsync("#captions");
        await page.ClickAsync($"#captions-menu [role=menuitemradio]:text-is('{label}')");
    }

    /// <summary>Goes to a time of a video that rests there.</summary>
    private static async Task ShouldSayAsync(WatchedPage watched, double seconds, string text)
    {
        await watched.Page.EvaluateAsync("(t) => { const v = document.querySelector('video'); v.pause(); v.currentTime = t; }", seconds);
        await watched.UntilAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            () => {
              const v = document.querySelector('video');
              return !v.seeking && Math.abs(v.currentTime - {{seconds}}) < 0.01 && {{ActiveText}} === {{Quote(text)}};
            }
            """));
    }

    private static Task<string> ShownAsync(WatchedPage watched) => watched.Page.EvaluateAsync<string>($"() => {Shown}");

    private static string Quote(string text) => $"'{text.Replace("\n", "\\n", StringComparison.Ordinal)}'";
}
