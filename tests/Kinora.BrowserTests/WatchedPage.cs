using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Kinora.BrowserTests;

/// <summary>A page together with what it must not do: write errors to the console, break its policy, or ask another host.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private const string DescribeVideo = """
        () => {
          const video = document.querySelector('video');
          if (!video) return 'no video';
          const ranges = [...Array(video.buffered.length).keys()].map((i) => [video.buffered.start(i), video.buffered.end(i)]);
          const { currentTime, duration, paused, ended, seeking, readyState, videoHeight } = video;
          return JSON.stringify({ currentTime, duration, paused, ended, seeking, readyState, videoHeight, ranges, error: video.error?.message });
        }
        """;

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
    /// <exception cref="TimeoutException">It never was; says how the video stands.</exception>
    public async Task UntilAsync(string script, int seconds = 45)
    {
        try
        {
            await Page.WaitForFunctionAsync(script, null, new PageWaitForFunctionOptions { Timeout = seconds * 1000, PollingInterval = 50 });
        }
        catch (TimeoutException e)
        {
            var state = await Page.EvaluateAsync<string>(DescribeVideo);
            throw new TimeoutException($"{script} was never true: {state}\n{string.Join('\n', Complaints)}", e);
        }
    }

    /// <summary>Plays without a gesture of a user: a muted video may.</summary>
    public Task PlayAsync() => Page.EvaluateAsync("() => { const v = document.querySelector('video'); v.muted = true; return v.play(); }");

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
