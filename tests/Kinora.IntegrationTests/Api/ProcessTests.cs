using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Kinora.IntegrationTests.Api;

/// <summary>Kinora.Api.dll as it is started in earnest.</summary>
public sealed class ProcessTests(ApiFixture fixture)
{
    private const string GoodSecret = "Kinora__Auth__Secret=Zq8vX1mT4nR7wB2kJ5hL9pC3sD6fG0yA";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Kinora:Auth:Secret is missing", "ASPNETCORE_ENVIRONMENT=Production")]
    [InlineData("Kinora:Auth:Secret is missing", "Kinora__Auth__Secret=")]
    [InlineData("Kinora:Auth:Secret is too short", "Kinora__Auth__Secret=Zq8vX1mT4nR7wB2kJ5hL9pC3sD6fG0y")]
    [InlineData("Kinora:Auth:Secret is too short", "Kinora__Auth__Secret=short", "ASPNETCORE_ENVIRONMENT=Development")]
    [InlineData("well-known or guessable", "Kinora__Auth__Secret=change-me-change-me-change-me-change-me")]
    [InlineData("well-known or guessable", "Kinora__Auth__Secret=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("AccessTokenLifetime", GoodSecret, "Kinora__Auth__AccessTokenLifetime=2.00:00:00")]
    [InlineData("AccessTokenLifetime", GoodSecret, "Kinora__Auth__AccessTokenLifetime=soon")]
    [InlineData("MaxPoolSize", GoodSecret, "Kinora__Database__MaxPoolSize=0")]
    [InlineData("MaxPoolSize", GoodSecret, "Kinora__Database__MaxPoolSize=many")]
    [InlineData("TrustedProxies", GoodSecret, "Kinora__Http__TrustedProxies__0=everyone")]
    [InlineData("AllowedOrigins", GoodSecret, "Kinora__Http__AllowedOrigins__0=*")]
    [InlineData("AllowedOrigins", GoodSecret, "Kinora__Http__AllowedOrigins__0=null")]
    [InlineData("AllowedOrigins", GoodSecret, "Kinora__Http__AllowedOrigins__0=https://app.example.org/")]
    [InlineData("CredentialsPerMinute", GoodSecret, "Kinora__RateLimits__CredentialsPerMinute=0")]
    public async Task A_wrong_option_stops_it_with_one_line(string reason, params string[] environment)
    {
        await using var process = await StartedApi.StartAsync([], environment);

        Assert.Equal(1, await process.Child.Exited.WaitAsync(Patience, Cancellation));
        var line = Assert.Single(process.Errors);
        Assert.StartsWith("kinora-api: ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", string.Concat(process.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_stops_it_with_one_line()
    {
        await using var process = await StartedApi.StartAsync(["migrat"], []);

        Assert.Equal(1, await process.Child.Exited.WaitAsync(Patience, Cancellation));
        Assert.Contains("migrat", Assert.Single(process.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_stops_it_with_one_line()
    {
        await using var process = await StartedApi.StartAsync(["--urls", fixture.Api.Address.ToString()], [GoodSecret]);

        Assert.Equal(1, await process.Child.Exited.WaitAsync(Patience, Cancellation));
        Assert.Contains("address already in use", Assert.Single(process.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrating_needs_the_database_and_no_secret()
    {
        var connection = await fixture.Postgres.CreateDatabaseAsync("migrated", Cancellation);

        for (var round = 0; round < 2; round++)
        {
            await using var process = await StartedApi.StartAsync(["migrate"], [$"Kinora__Database__ConnectionString={connection}"]);
            Assert.Equal(0, await process.Child.Exited.WaitAsync(Patience, Cancellation));
        }

        await using var unreachable = await StartedApi.StartAsync(["migrate"], ["Kinora__Database__ConnectionString=Host=127.0.0.1;Port=1;Username=x"]);
        Assert.Equal(1, await unreachable.Child.Exited.WaitAsync(Patience, Cancellation));
        Assert.StartsWith("kinora-api: ", Assert.Single(unreachable.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_log_is_json_with_the_request_id_and_nothing_of_the_client_breaks_out()
    {
        await using var process = await StartedApi.StartAsync(
            ["--urls", "http://127.0.0.1:0"], [GoodSecret, $"Kinora__Database__ConnectionString={fixture.Postgres.ConnectionString}"]);
        using var client = new HttpClient { BaseAddress = await process.AddressAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/%1b[31mcrimson%0d%0a{\"@t\":1}");
        request.Headers.TryAddWithoutValidation("User-Agent", "\u001b[31m" + new string('a', 8000));
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "1.2.3.4 \u001b[0m");
        request.Headers.Add("X-Request-Id", "log-test-0001");

        using var response = await client.SendAsync(request, Cancellation);
        using var health = await client.PostAsJsonAsync("/v1/auth/login", new { email = "a@b.example", password = "not it, sorry" }, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, health.StatusCode);
        Assert.Equal(0, await process.Child.StopAsync(Patience));
        var lines = process.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var finished = Assert.Single(lines, line => line.TryGetProperty("requestId", out var id) && id.GetString() == "log-test-0001");
        Assert.Equal(404, finished.GetProperty("status").GetInt32());
        Assert.DoesNotContain(process.Lines, line => line.Contains("crimson", StringComparison.Ordinal) || line.Contains("not it", StringComparison.Ordinal));
        Assert.Empty(process.Errors);
    }
}
