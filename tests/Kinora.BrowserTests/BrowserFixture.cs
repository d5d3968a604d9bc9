using Kinora.BrowserTests;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace Kinora.BrowserTests;

/// <summary>One Chromium of the system for all tests. Without one they are skipped, but on CI they fail.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var program = Programs.FirstOrDefault(File.Exists);
        if (program is null)
        {
            return;
        }

        // Long, since tests share their machine with encoders.
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            // As people's browsers have it: a page that was left may be kept, with all that it has not let go of.
            IgnoreDefaultArgs = ["--disable-back-forward-cache"],
            // Containers run the tests as root, whom Chromium refuses its sandbox. The pages are our own. A page that a test makes up came from no
            // address, and may not ask loopback for anything else.
            Args = [
                "--disable-features=LocalNetworkAccessChecks",
                "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A fresh page that watches itself; ends the test where there is no browser.</summary>
    public async Task<WatchedPage> OpenAsync(Uri origin, BrowserNewContextOptions? options = null)
    {
        if (_browser is null)
        {
            var missing = $"no Chromium: none of {string.Join(", ", Programs)} exists (apt-get install chromium)";
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", missing);
            Assert.Fail(missing);
        }

        return await WatchedPage.OpenAsync(_browser, origin, options ?? new BrowserNewContextOptions());
    }
}
