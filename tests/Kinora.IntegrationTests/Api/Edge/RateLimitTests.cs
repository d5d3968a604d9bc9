using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Kinora.Cli.Servers;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Limits.Rates;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>How often one may ask, whichever API process one asks, and while Redis is away.</summary>
public sealed class RateLimitTests(ApiFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_processes_count_the_requests_of_a_user_together()
    {
        var own = ApiFixture.CountsOfItsOwn();
        await using var one = await fixture.StartApiAsync("--Kinora:RateLimits:ApiPerMinute=10", own);
        await using var two = await fixture.StartApiAsync("--Kinora:RateLimits:ApiPerMinute=10", own);
        using var ada = await fixture.LogInAsync(one);
        using var bob = await fixture.LogInAsync(one);

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 12; i++)
        {
            answers.Add(await StatusAsync(i % 2 == 0 ? one : two, ada, "/v1/me"));
        }

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.OK, 10), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 2)], answers);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(two, bob, "/v1/me"));
    }

    [Fact]
    public async Task Requests_at_once_count_each()
    {
        var own = ApiFixture.CountsOfItsOwn();
        await using var one = await fixture.StartApiAsync("--Kinora:RateLimits:ApiPerMinute=20", own);
        await using var two = await fixture.StartApiAsync("--Kinora:RateLimits:ApiPerMinute=20", own);
        using var ada = await fixture.LogInAsync(one);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => StatusAsync(i % 2 == 0 ? one : two, ada, "/v1/me")));

        Assert.Equal(20, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(40, answers.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task The_refusal_says_when_to_come_again()
    {
        await using var api = await fixture.StartApiAsync("--Kinora:RateLimits:ApiPerMinute=1", ApiFixture.CountsOfItsOwn());
        using var ada = await fixture.LogInAsync(api);
        await StatusAsync(api, ada, "/v1/me");

        using var client = ApiFixture.CreateClient(api, ada);
        using var refused = await client.GetAsync("/v1/me", Cancellation);

        await refused.ShouldBeErrorAsync(HttpStatusCode.TooManyRequests, "TOO_MANY_REQUESTS");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Who_has_no_valid_token_counts_by_address_and_uploads_count_apart()
    {
        await using var api = await fixture.StartApiAsync(
            "--Kinora:RateLimits:ApiPerMinute=2", "--Kinora:RateLimits:UploadsPerMinute=1", ApiFixture.CountsOfItsOwn());
        using var ada = await fixture.LogInAsync(api);
        using var nobody = ApiFixture.CreateClient(api);
        using var forged = ApiFixture.CreateClient(api, ada with { AccessToken = "forged" });

        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/v1/me", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await forged.GetAsync("/v1/me", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await nobody.GetAsync("/v1/me", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await forged.GetAsync("/v1/videos", Cancellation)).StatusCode);

        using var client = ApiFixture.CreateClient(api, ada);
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/v1/videos", Clip(), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.PostAsync("/v1/videos", Clip(), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/me", Cancellation)).StatusCode);
        client.DefaultRequestHeaders.Add("Tus-Resumable", "1.0.0");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.PostAsync("/v1/uploads", null, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Failed_logins_of_an_account_count_over_all_processes_and_a_right_password_clears_them()
    {
        await using var one = await fixture.StartApiAsync();
        await using var two = await fixture.StartApiAsync();
        using var ada = await fixture.CreateUserAsync();

        Assert.All(await FailAsync(ada.Email, 9, one, two), status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.Equal(HttpStatusCode.OK, await LogInAsync(two, ada.Email, ApiUser.DefaultPassword));
        Assert.All(await FailAsync(ada.Email, 10, one, two), status => Assert.Equal(HttpStatusCode.Unauthorized, status));

        Assert.Equal(HttpStatusCode.TooManyRequests, await LogInAsync(one, ada.Email, ApiUser.DefaultPassword));
        Assert.Equal(HttpStatusCode.TooManyRequests, await LogInAsync(two, ada.Email, ApiUser.DefaultPassword));
    }

    [Fact]
    public async Task Who_waits_as_told_gets_what_has_become_free_and_no_more()
    {
        var rates = fixture.Api.Services.GetRequiredService<SharedRates>();
        var limit = new RateLimit("test", 3, TimeSpan.FromSeconds(2));
        var subject = $"{Guid.CreateVersion7()}";
        var begun = Stopwatch.GetTimestamp();
        Assert.Null(await rates.TakeAsync(limit, subject, Cancellation));
        await Task.Delay(limit.Period / 2, Cancellation);
        Assert.Null(await rates.TakeAsync(limit, subject, Cancellation));
        Assert.Null(await rates.TakeAsync(limit, subject, Cancellation));

        // Of the later two, as long as they came after the first: a busy machine waits longer than it is told.
        var apart = Stopwatch.GetElapsedTime(begun);
        var first = await rates.TakeAsync(limit, subject, Cancellation);
        Assert.InRange(first!.Value, TimeSpan.FromMilliseconds(1), limit.Period / 2);
        await Task.Delay(first.Value + TimeSpan.FromMilliseconds(2), Cancellation);

        Assert.Null(await rates.TakeAsync(limit, subject, Cancellation));
        Assert.InRange((await rates.TakeAsync(limit, subject, Cancellation))!.Value, TimeSpan.FromMilliseconds(1), apart);
    }

    [Fact]
    public async Task While_redis_is_away_each_process_goes_on_counting_from_what_it_knows()
    {
        using var folder = new TestFolder();
        var redis = await RedisServer.StartAsync(folder.Path("redis"), null, Cancellation);
        await using var api = await fixture.StartApiAsync(
            $"--Kinora:Redis:ConnectionString={redis.ConnectionString}", "--Kinora:Redis:RateTimeout=00:00:00.1",
            "--Kinora:RateLimits:ApiPerMinute=10",
            "--Kinora:RateLimits:CredentialsPerMinute=20");
        using var ada = await fixture.LogInAsync(api);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, ada, "/v1/me"));
        }

        await redis.DisposeAsync();

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, ada, "/v1/me"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(api, ada, "/v1/me"));
        var guesses = await FailAsync($"nobody-{Guid.CreateVersion7()}@example.org", 11, api);
        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.Unauthorized, 10), HttpStatusCode.TooManyRequests], guesses);
        var others = await FailAsync(null, 30, api);
        Assert.Equal(HttpStatusCode.TooManyRequests, others[^1]);
    }

    [Fact]
    public async Task A_redis_that_hangs_costs_a_request_no_more_than_its_time_out_now_and_then()
    {
        using var folder = new TestFolder();
        await using var redis = await RedisServer.StartAsync(folder.Path("redis"), null, Cancellation);
        await using var api = await fixture.StartApiAsync($"--Kinora:Redis:ConnectionString={redis.ConnectionString}", "--Kinora:Redis:RateTimeout=00:00:00.1");
        using var ada = await fixture.LogInAsync(api);
        await StatusAsync(api, ada, "/v1/me");
        redis.Signal(PosixSignalNumber.Stop);
        try
        {
            var started = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, ada, "/v1/me"));
            }

            Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }
        finally
        {
            redis.Signal(PosixSignalNumber.Continue);
        }
    }

    [Fact]
    public async Task Redis_holds_no_address_and_no_name_in_clear_and_nothing_for_ever()
    {
        await using var api = await fixture.StartApiAsync();
        using var ada = await fixture.LogInAsync(api);
        await StatusAsync(api, ada, "/v1/me");
        await FailAsync(ada.Email, 1, api);

        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{fixture.Redis.ConnectionString},allowAdmin=true");
        var server = redis.GetServers().Single();
        var keys = server.Keys(pattern: "kinora:rate:*").ToList();

        Assert.Contains(keys, key => $"{key}".StartsWith("kinora:rate:api:", StringComparison.Ordinal));
        Assert.Contains(keys, key => $"{key}".StartsWith("kinora:rate:failed-logins:", StringComparison.Ordinal));
        Assert.All(keys, key => Assert.Matches("^kinora:rate:[a-z-]+:[0-9a-f]{32}$", $"{key}"));
        foreach (var key in keys)
        {
            var left = await redis.GetDatabase().KeyTimeToLiveAsync(key);
            Assert.True(left is null ? !await redis.GetDatabase().KeyExistsAsync(key) : left <= TimeSpan.FromMinutes(15), $"{key} lives for {left}");
        }
    }

    private static HttpContent Clip() => new UploadBody().File(UploadBody.Mp4()).ToContent();

    private static async Task<HttpStatusCode> StatusAsync(ApiProcess api, ApiUser user, string path)
    {
        using var client = ApiFixture.CreateClient(api, user);
        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> LogInAsync(ApiProcess api, string email, string password)
    {
        using var client = ApiFixture.CreateClient(api);
        using var answer = await client.PostAsJsonAsync("/v1/auth/login", new { email, password }, Cancellation);
        return answer.StatusCode;
    }

    /// <param name="email">Null: each time another one.</param>
    private static async Task<List<HttpStatusCode>> FailAsync(string? email, int times, params ApiProcess[] apis)
    {
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < times; i++)
        {
            answers.Add(await LogInAsync(apis[i % apis.Length], email ?? $"nobody-{Guid.CreateVersion7()}@example.org", "not the password"));
        }

        return answers;
    }
}
