using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>
/// Asks all processes how they are. /health/live is asked all along: whatever befalls a store, a process that lives says so (A1).
/// </summary>
internal sealed class HealthWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly Deployment _deployment;
    private readonly Witness _witness;
    private readonly CancellationTokenSource _disposed = new();
    private readonly HttpClient _http = new() { Timeout = AnswerLimit };
    private readonly Task _watching;

    public HealthWatch(Deployment deployment, Witness witness)
    {
        (_deployment, _witness) = (deployment, witness);
        _watching = WatchAsync();
    }

    /// <summary>Waits until each process says at /health/ready that this is so.</summary>
    /// <param name="check">"redis" or "db".</param>
    /// <param name="status">"ok" or "down".</param>
    /// <param name="ready">The answer's status.</param>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> WaitAsync(string check, string status, HttpStatusCode ready)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answers = await Task.WhenAll(_deployment.Processes.Select(process => AskAsync(process, check)));
            if (answers.All(a => a == (status, ready)))
            {
                return Stopwatch.GetElapsedTime(started);
            }

            Assert.True(
                Stopwatch.GetElapsedTime(started) < KinoraClient.Patience,
                $"{check} should be {status} and is {string.Join(", ", answers)}\n{_deployment.Log}");
            await Task.Delay(Interval / 5, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _watching;
        _disposed.Dispose();
        _http.Dispose();
    }

    /// <returns>Null: it did not answer in time.</returns>
    private async Task<(string Status, HttpStatusCode Ready)?> AskAsync(KinoraProcess process, string check)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(process.Address, "/health/ready"), TestContext.Current.CancellationToken);
            var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
            return (report.GetProperty("checks").GetProperty(check).Text("status")!, answer.StatusCode);
        }
        catch (TaskCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task WatchAsync()
    {
        while (!_disposed.IsCancellationRequested)
        {
            await Task.WhenAll(_deployment.Processes.Select(LiveAsync));
            await Task.WhenAny(Task.Delay(Interval, _disposed.Token));
        }
    }

    private async Task LiveAsync(KinoraProcess process)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(process.Address, "/health/live"), _disposed.Token);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                _witness.Add($"A1: process {process.Id} lives and answers {(int)answer.StatusCode}");
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            if (!_disposed.IsCancellationRequested)
            {
                _witness.Add($"A1: process {process.Id} does not answer: {e.Message}");
            }
        }
    }
}
