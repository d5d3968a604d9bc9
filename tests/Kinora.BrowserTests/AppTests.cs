using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Kinora.BrowserTests;

/// <summary>What a person does with the web app, from an account to a video that is gone.</summary>
[Collection("app")]
public sealed partial class AppTests(BrowserFixture browser, AppSite site)
{
    /// <summary>Milliseconds, of an upload and an encode.</summary>
    private const float Patience = 180_000;

    /// <summary>More than the six connections that a browser has to a server of HTTP/1.1.</summary>
    private const int Tabs = 8;

    private const string LiveDot = ".settings .dot.on";

    [Fact]
    public async Task A_clip_is_dropped_cut_gone_on_with_watched_and_deleted()
    {
        await using var watched = await SignUpAsync();
        var page = watched.Page;

        // Cut: the network is away in the midst of the upload, and the page is loaded anew.
        await SlowDownAsync(page, 1_000_000);
        await DropAsync(page);
        await UntilSentAsync(page);
        await page.Context.SetOfflineAsync(true);
        await page.Context.SetOfflineAsync(false);
        await SlowDownAsync(page, -1);
        await page.ReloadAsync();

        // Gone on with: the same file, chosen again, from where it was.
        await Assertions.Expect(page.GetByText("Choose the same file again")).ToBeVisibleAsync();
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Choose it again" }).ClickAsync());
        var begun = watched.Requests.Count;
        await chooser.SetFilesAsync(site.ClipPath);
        await page.GetByRole(AriaRole.Link, new() { Name = "Open", Exact = true }).ClickAsync(new() { Timeout = Patience });
        Assert.DoesNotContain(watched.Requests.Skip(begun), url => url.EndsWith("/v1/uploads", StringComparison.Ordinal));

        // Watched, with no reload, while the states change.
        await Assertions.Expect(page.Locator(".status", new() { HasTextString = "Ready" })).ToBeVisibleAsync(new() { Timeout = Patience });
        await Assertions.Expect(page.GetByText("It plays already")).ToHaveCountAsync(0, new() { Timeout = Patience });
        await PlayAsync(page);

        // Deleted.
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No videos yet")).ToBeVisibleAsync();
        Assert.DoesNotContain(watched.Complaints, IsOurs);
    }

    [Fact]
    public async Task An_encode_is_canceled_and_tried_again_and_a_title_changes_everywhere()
    {
        await using var watched = await SignUpAsync();
        var page = watched.Page;
        await DropAsync(page);
        await page.Locator(".card a").First.ClickAsync(new() { Timeout = Patience });

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel: Encoding" }).ClickAsync(new() { Timeout = Patience });
        await Assertions.Expect(page.Locator(".jobs .status", new() { HasTextString = "Canceled" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again: Encoding" }).ClickAsync();
        await Assertions.Expect(page.Locator(".jobs li").First.Locator(".status")).Not.ToHaveTextAsync("Canceled");

        await page.GetByRole(AriaRole.Button, new() { Name = "Rename" }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Rename" }).FillAsync("A walk & a <talk>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("A walk & a <talk>");
        await page.GetByRole(AriaRole.Link, new() { Name = "Back to the library" }).ClickAsync();
        await Assertions.Expect(page.Locator(".card h3")).ToHaveTextAsync("A walk & a <talk>");
        Assert.DoesNotContain(watched.Complaints, IsOurs);
    }

    [Fact]
    public async Task An_account_is_asked_for_rightly_and_kept_over_a_reload_until_it_is_left()
    {
        await using var watched = await SignUpAsync();
        var page = watched.Page;
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByText("No videos yet")).ToBeVisibleAsync();

        await page.GetByLabel("Menu").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByLabel("E-mail").FillAsync("nobody@example.org");
        await page.GetByLabel("Password").FillAsync("wrong password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();

        await Assertions.Expect(page.Locator("form").GetByRole(AriaRole.Alert)).Not.ToBeEmptyAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New here? Create an account" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Create an account" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("form").GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_webhook_is_made_tested_and_deleted()
    {
        await using var watched = await SignUpAsync();
        var page = watched.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Webhooks" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New webhook" }).ClickAsync();
        await page.GetByLabel("Address").FillAsync("https://hooks.example.org/kinora");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Secret" })).ToHaveValueAsync(SecretText());
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("hooks.example.org") }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
        await page.GetByText("webhook.test").First.ClickAsync();
        await Assertions.Expect(page.GetByText("\"type\": \"webhook.test\"")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No webhooks yet")).ToBeVisibleAsync();
        Assert.DoesNotContain(watched.Complaints, IsOurs);
    }

    [Fact]
    public async Task It_speaks_Korean_and_wears_what_is_chosen()
    {
        await using var watched = await SignUpAsync();
        var page = watched.Page;
        await page.GetByLabel("Menu").ClickAsync();
        await page.GetByLabel("Language").SelectOptionAsync("ko");
        await page.GetByLabel("테마", new() { Exact = true }).SelectOptionAsync("dark");
        await page.ReloadAsync();

        await Assertions.Expect(page.GetByText("아직 동영상이 없습니다")).ToBeVisibleAsync();
        Assert.Equal("ko", await page.EvaluateAsync<string>("() => document.documentElement.lang"));
        Assert.Equal("rgb(15, 16, 18)", await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
    }

    [Fact]
    public async Task Eight_tabs_load_and_are_told_of_what_one_of_them_changes()
    {
        await using var watched = await SignUpAsync();
        await DropAsync(watched.Page);
        await Assertions.Expect(watched.Page.Locator(".card h3")).ToHaveCountAsync(1, new() { Timeout = Patience });
        var tabs = new List<IPage>();
        while (tabs.Count < Tabs)
        {
            var tab = await watched.Page.Context.NewPageAsync();
            await tab.GotoAsync("/app");
            await tab.Locator(LiveDot).WaitForAsync();
            await Assertions.Expect(tab.Locator(".card")).ToHaveCountAsync(1);
            tabs.Add(tab);
        }

        // Gone is the first one, which had the stream for all of them: another one goes on with it.
        await watched.Page.CloseAsync();
        await tabs[0].Locator(".card a").First.ClickAsync();
        await tabs[0].GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await tabs[0].GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();

        foreach (var tab in tabs)
        {
            await Assertions.Expect(tab.GetByText("No videos yet")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task Pages_that_are_left_by_address_keep_nothing_from_those_that_come()
    {
        await using var watched = await SignUpAsync();
        for (var visit = 0; visit < Tabs; visit++)
        {
            await watched.Page.GotoAsync(visit % 2 == 0 ? "/app/webhooks" : "/app");
            await watched.Page.Locator(LiveDot).WaitForAsync();
        }
    }

    [Fact]
    public async Task A_file_that_is_refused_for_good_is_offered_no_more_and_the_list_can_be_dismissed()
    {
        await using var watched = await SignUpAsync();
        var page = watched.Page;
        var text = new FilePayload { Name = "notes.mp4", MimeType = "video/mp4", Buffer = new byte[100_000] };
        await page.Locator("header input[type=file]").SetInputFilesAsync(text);
        await Assertions.Expect(page.Locator(".tray").GetByRole(AriaRole.Alert)).ToContainTextAsync("no video");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Go on: notes.mp4" })).ToHaveCountAsync(0);
        await page.WaitForFunctionAsync("() => !Object.keys(localStorage).some(key => key.startsWith('tus::'))");

        await page.GetByRole(AriaRole.Button, new() { Name = "Dismiss: Uploads" }).ClickAsync();
        await Assertions.Expect(page.Locator(".tray")).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByText("No videos yet")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Choose the same file again")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(1200, 800)]
    [InlineData(1200, 640)]
    [InlineData(390, 844)]
    public async Task Folded_uploads_leave_the_player_free_and_its_keys_work_all_over_the_page(int width, int height)
    {
        var contents = await site.ContentsAsync();
        await using var watched = await browser.OpenAsync(site.Origin, new() { Locale = "en-US", ViewportSize = new() { Width = width, Height = height } });
        var page = watched.Page;
        await page.GotoAsync("/app");
        await page.GetByLabel("E-mail").FillAsync(AppSite.OperatorEmail);
        await page.GetByLabel("Password").FillAsync(AppSite.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.Locator($".card a[href$='{contents.VideoId}']").ClickAsync();
        await page.Locator("header input[type=file]").SetInputFilesAsync(new FilePayload { Name = "notes.mp4", MimeType = "video/mp4", Buffer = new byte[100_000] });
        await Assertions.Expect(page.Locator(".tray").GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

        Assert.Empty(await Axe.IssuesAsync(page));
        var fold = page.Locator(".tray").GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Uploads") });
        await fold.ClickAsync();
        await Assertions.Expect(fold).ToHaveAttributeAsync("aria-expanded", "false");
        await Assertions.Expect(page.GetByText("notes.mp4")).ToBeHiddenAsync();
        Assert.Empty(await Axe.IssuesAsync(page));
        var tray = (await page.Locator(".tray").BoundingBoxAsync())!;
        var player = (await page.Locator("iframe").BoundingBoxAsync())!;
        Assert.True(player.Y + player.Height <= tray.Y, $"the player ends at {player.Y + player.Height}, the uploads begin at {tray.Y}");

        // The focus is where it is after a click beside all buttons.
        var frame = page.Frames.Single(f => f.Url.Contains("/embed/", StringComparison.Ordinal));
        await frame.WaitForFunctionAsync("() => document.querySelector('video').readyState >= 2", null, new() { Timeout = Patience });
        await page.Locator("h1").ClickAsync();
        await PressUntilAsync("m", "muted");
        await PressUntilAsync("k", "currentTime > 0.2");
        await PressUntilAsync("Space", "paused");
        await PressUntilAsync("5", "currentTime > 2.5");
        await PressUntilAsync("ArrowLeft", "currentTime < 1");
        Assert.Equal(0, await page.EvaluateAsync<double>("() => scrollY"));

        // Who types, types.
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename" }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Rename" }).FillAsync("");
        await page.Keyboard.TypeAsync("mm k");
        await Assertions.Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Rename" })).ToHaveValueAsync("mm k");
        Assert.True(await frame.EvaluateAsync<bool>("() => document.querySelector('video').paused"));

        async Task PressUntilAsync(string key, string state)
        {
            await page.Keyboard.PressAsync(key);
            await frame.WaitForFunctionAsync($"() => document.querySelector('video').{state}", null, new() { PollingInterval = 50, Timeout = Patience });
        }
    }

    private async Task<WatchedPage> SignUpAsync()
    {
        var watched = await browser.OpenAsync(site.Origin, new() { Locale = "en-US" });
        var page = watched.Page;
        await page.GotoAsync("/app");
        await page.GetByRole(AriaRole.Button, new() { Name = "New here? Create an account" }).ClickAsync();
        await page.GetByLabel("E-mail").FillAsync($"{Guid.CreateVersion7()}@example.org");
        await page.GetByLabel("Password").FillAsync(AppSite.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create an account", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("No videos yet")).ToBeVisibleAsync();
        return watched;
    }

    /// <summary>As a person does it: from the file manager onto the page. Chromium takes files for a page from an input alone, so one is made.</summary>
    private async Task DropAsync(IPage page)
    {
        await page.EvaluateAsync("() => { const i = document.createElement('input'); i.type = 'file'; i.id = 'dragged'; i.hidden = true; document.body.append(i); }");
        await page.SetInputFilesAsync("#dragged", site.ClipPath);
        await page.EvaluateAsync(
            """
            () => {
              const data = new DataTransfer();
              data.items.add(document.querySelector('#dragged').files[0]);
              for (const type of ['dragenter', 'dragover', 'drop']) {
                document.querySelector('main').dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
              }
              document.querySelector('#dragged').remove();
            }
            """);
    }

    /// <summary>Until a good part of the file is on the server.</summary>
    private static Task<IJSHandle> UntilSentAsync(IPage page) => page.WaitForFunctionAsync(
        "() => [...document.querySelectorAll('.tray progress')].some(p => p.value > 40 && p.value < 90)", null, new() { Timeout = Patience, PollingInterval = 20 });

    /// <param name="bytesPerSecond">-1: as fast as it goes.</param>
    private static async Task SlowDownAsync(IPage page, double bytesPerSecond)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Network.enable");
        await session.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object>
        {
            ["offline"] = false,
            ["latency"] = 0,
            ["downloadThroughput"] = -1,
            ["uploadThroughput"] = bytesPerSecond,
        });
    }

    /// <summary>In the frame of the player: it plays, changes its quality, shows what is at another place, and goes there.</summary>
    private static async Task PlayAsync(IPage page)
    {
        var frame = page.Frames.Single(f => f.Url.Contains("/embed/", StringComparison.Ordinal));
        await frame.EvaluateAsync("() => { const v = document.querySelector('video'); v.muted = true; return v.play(); }");
        await UntilAsync("document.querySelector('video').currentTime > 1");

        var height = await frame.EvaluateAsync<int>("() => document.querySelector('video').videoHeight");
        var other = height == 360 ? 720 : 360;
        await frame.ClickAsync("#settings");
        await frame.ClickAsync($"[role=menuitemradio]:text-is('{other}p')");
        await UntilAsync($"document.querySelector('video').videoHeight === {other}");

        var bar = (await frame.Locator("#seek").BoundingBoxAsync())!;

        // The first movement wakes the controls, which sleep while it plays.
        await page.Mouse.MoveAsync(bar.X + (bar.Width * 0.4f), bar.Y + (bar.Height / 2));
        await UntilAsync("document.querySelector('#stage').dataset.awake !== undefined");
        await page.Mouse.MoveAsync(bar.X + (bar.Width * 0.5f), bar.Y + (bar.Height / 2), new() { Steps = 5 });
        await UntilAsync("document.querySelector('#seek-picture').clientWidth > 0 && document.querySelector('#seek-picture').style.backgroundImage !== ''");
        await page.Mouse.ClickAsync(bar.X + (bar.Width * 0.6f), bar.Y + (bar.Height / 2));
        await UntilAsync($"document.querySelector('video').currentTime > {AppSite.Seconds * 0.62}");

        Task UntilAsync(string script) => frame.WaitForFunctionAsync($"() => {script}", null, new() { Timeout = Patience, PollingInterval = 50 });
    }

    /// <summary>What the browser itself says of a network that was cut, and of answers that are no success, is no fault of the page.</summary>
    private static bool IsOurs(string complaint) => !complaint.Contains("Failed to load resource", StringComparison.Ordinal);

    [GeneratedRegex("^whsec_")]
    private static partial Regex SecretText();
}
