using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Kinora.BrowserTests;

/// <summary>A page together with what it must not do: write errors to the console, break its policy, or ask another host.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    private WatchedPage(IBrowserContext context, IPage page, Uri origin)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue($"console {message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue($"uncaught: {error}");
        page.Request += (_, request) =>
        {
            Requests.Enqueue(request.Url);
            if (new Uri(request.Url) is { Scheme: not "blob" } url && url.GetLeftPart(UriPartial.Authority) != origin.GetLeftPart(UriPartial.Authority))
            {
                _complaints.Enqueue($"left the origin: {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    public ConcurrentQueue<string> Requests { get; } = new();

    public IReadOnlyCollection<string> Complaints => [.. _complaints];

    public static async Task<WatchedPage> OpenAsync(IBrowser browser, Uri origin, BrowserNewContextOptions options)
    {
        options.BaseURL = origin.ToString();
        var context = await browser.NewContextAsync(options);
        // Violations of the policy are events of the document, whatever the console makes of them.
        await context.AddInitScriptAsync(
            "document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))");
        return new WatchedPage(context, await context.NewPageAsync(), origin);
    }

    public Task WatchAsync(string link) => Page.GotoAsync("/watch#" + link);

    /// <summary>Waits until the script is true; polls, with a deadline.</summary>
    public Task UntilAsync(string script, int seconds = 45) =>
        Page.WaitForFunctionAsync(script, null, new PageWaitForFunctionOptions { Timeout = seconds * 1000, PollingInterval = 50 });

    /// <summary>Plays without a gesture of a user: a muted video may.</summary>
    public Task PlayAsync() => Page.EvaluateAsync("() => { const v = document.querySelector('video'); v.muted = true; return v.play(); }");

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
