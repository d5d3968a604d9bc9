using Microsoft.Playwright;

namespace Kinora.BrowserTests;

public sealed class WatchTests(BrowserFixture browser, WatchSite site) : IClassFixture<WatchSite>
{
    private const string IsPlaying = "() => { const v = document.querySelector('video'); return !v.paused && v.currentTime > 1; }";

    [Fact]
    public async Task A_stream_plays_to_its_end_without_a_complaint()
    {
        await using var watched = await browser.OpenAsync(site.Origin);

        await watched.WatchAsync(WatchSite.Stream);
        await watched.UntilAsync("() => document.querySelector('video').readyState >= 2");
        await watched.Page.ClickAsync("#big-play");
        await watched.UntilAsync(IsPlaying);
        await watched.Page.EvaluateAsync("() => { document.querySelector('video').playbackRate = 4; }");
        await watched.UntilAsync("() => document.querySelector('video').ended", 90);

        Assert.Equal(SampleStream.Seconds, await watched.Page.EvaluateAsync<double>("() => document.querySelector('video').currentTime"), 0.5);
        Assert.Equal(0, await watched.Page.EvaluateAsync<int>("() => document.querySelector('video').getVideoPlaybackQuality().corruptedVideoFrames"));
        Assert.Empty(watched.Complaints);
        Assert.Contains(watched.Requests, url => url.EndsWith(".mp4", StringComparison.Ordinal));
        Assert.Single(watched.Page.Workers);
    }

    [Theory]
    [InlineData("sound")]
    [InlineData("languages")]
    public async Task Sound_alone_plays_to_its_end_without_a_complaint(string stream)
    {
        await using var watched = await browser.OpenAsync(site.Origin);

        await watched.WatchAsync(WatchSite.Stream.Replace("master.m3u8", $"{stream}/master.m3u8", StringComparison.Ordinal));
        await watched.PlayAsync();
        await watched.UntilAsync(IsPlaying);
        await watched.Page.EvaluateAsync("() => { document.querySelector('video').playbackRate = 4; }");
        await watched.UntilAsync("() => document.querySelector('video').ended", 90);

        Assert.Equal(SoundStream.Seconds, await watched.Page.EvaluateAsync<double>("() => document.querySelector('video').currentTime"), 0.5);
        Assert.Equal(0, await watched.Page.EvaluateAsync<int>("() => document.querySelector('video').videoWidth"));
        Assert.Equal("0:10", await watched.Page.TextContentAsync("#facts"));
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task Choosing_a_quality_changes_the_picture()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.WatchAsync(WatchSite.Stream);
        await watched.PlayAsync();
        await watched.UntilAsync(IsPlaying);

        await ChooseAsync(watched.Page, "360p");
        await watched.UntilAsync("() => document.querySelector('video').videoHeight === 360");
        Assert.Equal("360p", await watched.Page.TextContentAsync("#quality-label"));
        Assert.Equal("0:24 · 1280 × 720", await watched.Page.TextContentAsync("#facts"));
        await ChooseAsync(watched.Page, "720p");
        await watched.UntilAsync("() => document.querySelector('video').videoHeight === 720");
        await watched.Page.ClickAsync("#settings");

        Assert.Equal("720p", await watched.Page.TextContentAsync("#menu [role=menuitemradio][aria-checked=true] >> nth=0"));
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task Seeking_far_away_goes_on_playing_there()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.WatchAsync(WatchSite.Stream);
        await watched.PlayAsync();
        await watched.UntilAsync(IsPlaying);

        var bar = await watched.Page.Locator("#seek").BoundingBoxAsync();
        await watched.Page.Mouse.ClickAsync(bar!.X + (bar.Width * 0.75f), bar.Y + (bar.Height / 2));
        await watched.UntilAsync($"() => document.querySelector('video').currentTime > {SampleStream.Seconds * 0.76}");
        await watched.Page.Keyboard.PressAsync("2");
        await watched.UntilAsync($"() => {{ const t = document.querySelector('video').currentTime; return t > 5.5 && t < 12; }}");

        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task The_seek_bar_shows_the_picture_at_the_pointer()
    {
        const string picture = "document.querySelector('#seek-picture')";
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.Page.RouteAsync("**/storyboard-1-0.jpg", route => route.FulfillAsync(new() { ContentType = "image/jpeg" }));
        await watched.WatchAsync("/v1/videos/pictured/hls/~signature/master.m3u8");
        await watched.UntilAsync("() => document.querySelector('video').readyState >= 2");

        var bar = await watched.Page.Locator("#seek").BoundingBoxAsync();
        await watched.Page.Mouse.MoveAsync(bar!.X + (bar.Width * 0.2f), bar.Y + (bar.Height / 2));
        await watched.UntilAsync($"() => {picture}.style.backgroundPosition === '0px 0px'");
        await watched.Page.Mouse.MoveAsync(bar.X + (bar.Width * 0.8f), bar.Y + (bar.Height / 2));
        await watched.UntilAsync($"() => {picture}.style.backgroundPosition === '-160px 0px' && {picture}.clientWidth === 160");

        Assert.Contains(watched.Requests, url => url.EndsWith("/storyboard/~signature/storyboard-1-0.jpg", StringComparison.Ordinal));
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task The_keyboard_plays_mutes_and_seeks()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.WatchAsync(WatchSite.Stream);
        await watched.UntilAsync("() => document.querySelector('video').readyState >= 2");

        await watched.Page.Keyboard.PressAsync("m");
        await watched.UntilAsync("() => document.querySelector('video').muted");
        await watched.Page.Keyboard.PressAsync("Space");
        await watched.UntilAsync(IsPlaying);
        await watched.Page.Keyboard.PressAsync("k");
        await watched.UntilAsync("() => document.querySelector('video').paused");
        await watched.Page.Keyboard.PressAsync("End");
        await watched.UntilAsync($"() => document.querySelector('video').currentTime > {SampleStream.Seconds - 1}");
        await watched.Page.Keyboard.PressAsync("ArrowLeft");
        await watched.UntilAsync($"() => document.querySelector('video').currentTime < {SampleStream.Seconds - 4}");

        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task A_stream_that_still_grows_starts_at_its_beginning_and_reaches_what_comes()
    {
        await using var watched = await browser.OpenAsync(site.Origin);

        await watched.WatchAsync("/v1/videos/growing/hls/signature/master.m3u8");
        await watched.PlayAsync();
        await watched.UntilAsync("() => !document.querySelector('#growing').hidden");
        await watched.UntilAsync("() => document.querySelector('video').currentTime > 0");
        Assert.True(await watched.Page.EvaluateAsync<double>("() => document.querySelector('video').currentTime") < 5);
        await watched.UntilAsync("() => document.querySelector('#growing').hidden");
        await watched.UntilAsync($"() => document.querySelector('video').duration > {SampleStream.Seconds - 1}");

        Assert.Empty(watched.Complaints);
    }

    [Theory]
    [InlineData(401, "expired")]
    [InlineData(403, "forbidden")]
    [InlineData(404, "not-found")]
    [InlineData(410, "not-found")]
    [InlineData(409, "busy")]
    public async Task A_refused_link_is_explained(int status, string problem)
    {
        await using var watched = await browser.OpenAsync(site.Origin);

        await watched.WatchAsync($"/v1/videos/status/{status}/master.m3u8");

        await ProblemAsync(watched, problem);
    }

    [Fact]
    public async Task A_link_that_never_was_valid_is_not_said_to_have_expired()
    {
        await using var watched = await browser.OpenAsync(site.Origin);

        await watched.WatchAsync("/v1/videos/tampered/master.m3u8");

        await ProblemAsync(watched, "invalid");
    }

    [Fact]
    public async Task A_damaged_playlist_is_explained()
    {
        await using var watched = await browser.OpenAsync(site.Origin);

        await watched.WatchAsync("/v1/videos/damaged/master.m3u8");

        await ProblemAsync(watched, "media");
    }

    [Fact]
    public async Task A_link_that_expires_while_it_plays_is_explained()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.WatchAsync("/v1/videos/fragile/hls/signature/master.m3u8");
        await watched.PlayAsync();
        await watched.UntilAsync(IsPlaying);

        await ProblemAsync(watched, "expired");
    }

    [Fact]
    public async Task A_lost_connection_is_explained_and_playback_goes_on_where_it_stopped()
    {
        await using var watched = await browser.OpenAsync(site.Origin);
        await watched.WatchAsync(WatchSite.Stream);
        await watched.PlayAsync();
        await watched.UntilAsync(IsPlaying);
        await watched.Page.Keyboard.PressAsync("5");
        await watched.UntilAsync("() => document.querySelector('video').currentTime > 12.5");

        await watched.Page.RouteAsync("**/v1/**", route => route.AbortAsync("connectionrefused"));
        await watched.Page.EvaluateAsync("() => { location.hash += '?again'; }");
        await ProblemAsync(watched, "offline");
        await watched.Page.UnrouteAllAsync();
        await watched.Page.ClickAsync("#retry");

        await watched.UntilAsync(IsPlaying);
        Assert.True(await watched.Page.IsHiddenAsync("#problem"));
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("https://example.com/v1/videos/x/master.m3u8", "foreign")]
    [InlineData("//example.com/v1/master.m3u8", "foreign")]
    [InlineData("/\\example.com/v1/master.m3u8", "foreign")]
    [InlineData("/v1/../watch", "foreign")]
    [InlineData("/metrics", "foreign")]
    [InlineData("v1/videos/x/master.m3u8", "foreign")]
    [InlineData("javascript:alert(1)", "foreign")]
    [InlineData("data:application/vnd.apple.mpegurl,%23EXTM3U", "foreign")]
    [InlineData("blob:http://127.0.0.1/v1/x", "foreign")]
    [InlineData("<img src=x onerror=alert(1)>", "foreign")]
    public async Task Only_links_to_this_server_are_played(string link, string problem)
    {
        await using var watched = await browser.OpenAsync(site.Origin);

        await watched.WatchAsync(link);

        await ProblemAsync(watched, problem);
        Assert.DoesNotContain(watched.Requests, url => url.Contains("m3u8", StringComparison.Ordinal) && !url.Contains("/watch", StringComparison.Ordinal));
        Assert.Empty(watched.Complaints);
    }

    [Fact]
    public async Task The_whole_address_of_a_playlist_is_a_link_too()
    {
        await using var watched = await browser.OpenAsync(site.Origin);

        await watched.WatchAsync(new Uri(site.Origin, WatchSite.Stream).ToString());

        await watched.UntilAsync("() => document.querySelector('video').readyState >= 2");
        Assert.Empty(watched.Complaints);
    }

    private static async Task ChooseAsync(IPage page, string quality)
    {
        await page.HoverAsync("#stage");
        await page.ClickAsync("#settings");
        await page.ClickAsync($"[role=menuitemradio]:text-is('{quality}')");
    }

    private static async Task ProblemAsync(WatchedPage watched, string code)
    {
        await watched.UntilAsync($"() => document.querySelector('#stage').dataset.problem === '{code}'");
        Assert.True(await watched.Page.IsVisibleAsync("#problem-title"));
        Assert.NotEqual("", await watched.Page.TextContentAsync("#problem-text"));
        Assert.DoesNotContain(watched.Complaints, complaint => complaint.StartsWith("uncaught", StringComparison.Ordinal));
        Assert.DoesNotContain(watched.Complaints, complaint => complaint.Contains("policy", StringComparison.Ordinal));
    }
}
