using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Chaos;

namespace Kinora.IntegrationTests.Accounts;

/// <summary>Alone: it measures milliseconds.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class LoginTiming;

/// <summary>How long a refused login takes must not tell whether there is an account.</summary>
[Collection(typeof(LoginTiming))]
public sealed class LoginTimingTests(ApiFixture fixture, ITestOutputHelper output)
{
    private static readonly int Tries = ChaosScale.Of(brief: 100, full: 200);
    private const double Difference = 0.1;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_address_takes_as_long_as_a_wrong_password()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:Auth:FailedLoginLimit=1000", ApiFixture.CountsOfItsOwn());
        using var client = ApiFixture.CreateClient(api);
        using var user = await fixture.CreateUserAsync();
        var (known, unknown) = (new List<double>(), new List<double>());
        await TimeAsync(client, user.Email);
        await TimeAsync(client, "nobody@example.org");

        // In turns, and each first as often as second, so that whatever else the machine does slows down both.
        for (var i = 0; i < Tries / 2; i++)
        {
            known.Add(await TimeAsync(client, user.Email));
            unknown.Add(await TimeAsync(client, "nobody@example.org"));
            unknown.Add(await TimeAsync(client, "nobody@example.org"));
            known.Add(await TimeAsync(client, user.Email));
        }

        var (one, other) = (Mean(known), Mean(unknown));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one:F2} ms for a wrong password, {other:F2} ms for an unknown address"));
        Assert.InRange(one / other, 1 - Difference, 1 + Difference);
    }

    /// <summary>Of the middle half: one pause of the machine would weigh more than a hundred tries.</summary>
    private static double Mean(List<double> times) => times.Order().Skip(Tries / 4).Take(Tries / 2).Average();

    private static async Task<double> TimeAsync(HttpClient client, string email)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await client.PostAsJsonAsync("/v1/auth/login", new { email, password = "not the password" }, Cancellation);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await response.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        return elapsed;
    }
}
