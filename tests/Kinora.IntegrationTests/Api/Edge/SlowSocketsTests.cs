using System.Diagnostics;
using System.Globalization;
using System.Net;
using Kinora.IntegrationTests.Security;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>Alone: of time.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class LoneSockets;

/// <summary>500 sockets that send their headers a byte a second, and what others notice of them.</summary>
[Collection(typeof(LoneSockets))]
public sealed class SlowSocketsTests(ApiFixture fixture, ITestOutputHelper output)
{
    private const int Sockets = 500;
    private const int Clients = 4;
    private const long MaxGrowthBytes = 100 * 1024 * 1024;
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Below it a doubled p99 is noise of a machine on which other tests run.</summary>
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(25);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hundred_slow_sockets_do_not_slow_down_others_and_are_closed()
    {
        await using var process = await fixture.StartProcessAsync();
        var address = await process.AddressAsync();
        using var user = await fixture.CreateUserAsync();
        await MeasureAsync(address, user, Phase / 3);

        var before = await MeasureAsync(address, user, Phase);
        var bytesBefore = process.ResidentBytes();
        var connections = await Task.WhenAll(Enumerable.Range(0, Sockets).Select(_ => RawConnection.OpenAsync(address)));
        var slow = connections.Select(c => c.DripAsync("GET /v1/me HTTP/1.1\r\nX-Slow: " + new string('x', 100), 1, Patience)).ToArray();
        var during = await MeasureAsync(address, user, Phase);
        var growth = process.ResidentBytes() - bytesBefore;
        Assert.DoesNotContain(slow, s => s.IsCompleted);
        var ends = await Task.WhenAll(slow);
        foreach (var connection in connections)
        {
            connection.Dispose();
        }

        Tell($"p99 of {Clients} other clients, without and with {Sockets} slow sockets", $"{before.TotalMilliseconds:F1} ms, {during.TotalMilliseconds:F1} ms");
        Tell($"memory of the API, more with them", $"{growth / 1048576.0:F1} MiB");
        Tell($"the last of them closed, with 408, after", $"{ends.Max(e => e.Elapsed).TotalSeconds:F1} s");
        Assert.True(during <= Max(before * 2, Floor), $"p99 {before} before, {during} with the slow sockets");
        Assert.True(growth < MaxGrowthBytes, $"{growth} bytes more");
        Assert.All(ends, end => Assert.StartsWith("HTTP/1.1 408 ", end.Answer, StringComparison.Ordinal));
        Assert.All(ends, end => Assert.True(end.Elapsed < TimeSpan.FromSeconds(20), $"{end.Elapsed}"));
    }

    private void Tell(FormattableString what, FormattableString figure)
    {
        output.WriteLine($"{what}: {figure.ToString(CultureInfo.InvariantCulture)}");
        SecurityReport.Add("Slow sockets", what.ToString(CultureInfo.InvariantCulture), figure.ToString(CultureInfo.InvariantCulture));
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>The p99 of requests that ask the database, from a few clients at once.</summary>
    private static async Task<TimeSpan> MeasureAsync(Uri address, ApiUser user, TimeSpan time)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using var client = ApiFixture.CreateClient(address, user);
            var started = Stopwatch.GetTimestamp();
            var times = new List<TimeSpan>();
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var begun = Stopwatch.GetTimestamp();
                using var answer = await client.GetAsync("/v1/me", Cancellation);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                times.Add(Stopwatch.GetElapsedTime(begun));
            }

            return times;
        }));
        var sorted = all.SelectMany(times => times).Order().ToList();
        return sorted[sorted.Count * 99 / 100];
    }
}
