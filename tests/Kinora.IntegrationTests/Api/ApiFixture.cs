using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Cli.Servers;
using Kinora.Core.Infra.Database;
using Kinora.IntegrationTests.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(ApiFixture))]

namespace Kinora.IntegrationTests.Api;

/// <summary>
/// PostgreSQL, Redis and the API, once for all tests: each test makes users and videos of its own. A test that needs other options starts
/// an API of its own, on the same stores or on others.
/// </summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(5);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"kinora-tests-{Guid.CreateVersion7()}");
    private int _users;

    public PostgresServer Postgres { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    public ApiProcess Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        Directory.CreateDirectory(_folder);
        var redis = RedisServer.StartAsync(Path.Combine(_folder, "redis"), null, timeout.Token);
        Postgres = await PostgresServer.StartAsync(Path.Combine(_folder, "postgres"), null, PostgresDurability.None, timeout.Token);
        Redis = await redis;
        Api = await StartApiAsync();
        await DatabaseSetup.MigrateAsync(Api.Services, timeout.Token);
    }

    /// <summary>An API in this process, on a port of its own. Options are written as on the command line: "--Kinora:Auth:Issuer=other".</summary>
    public Task<ApiProcess> StartApiAsync(params string[] options) => StartApiAsync(null, options);

    /// <param name="configure">Has the last word on the services.</param>
    public Task<ApiProcess> StartApiAsync(Action<WebApplicationBuilder>? configure, params string[] options) =>
        ApiProcess.StartAsync(Options(options), configure);

    /// <summary>The same, in a process of its own: the meters of all APIs in this process would show in one's /metrics.</summary>
    internal Task<StartedApi> StartProcessAsync(params string[] options) =>
        StartedApi.StartAsync(Options(["--urls", "http://127.0.0.1:0", .. options]), []);

    private string[] Options(string[] options) =>
    [
        "--environment", "Test",
        $"--Kinora:Database:ConnectionString={Postgres.ConnectionString}",
        $"--Kinora:Redis:ConnectionString={Redis.ConnectionString}",
        $"--Kinora:Storage:Folder:Path={Path.Combine(_folder, "objects")}",
        $"--Kinora:Uploads:TmpDir={Path.Combine(_folder, "uploads")}",
        $"--Kinora:Auth:Secret={ApiProcess.Secret}",
        // All tests come from one address.
        "--Kinora:RateLimits:CredentialsPerMinute=1000000",
        "--Kinora:RateLimits:UploadsPerMinute=1000000",
        "--Kinora:RateLimits:ApiPerMinute=1000000",
        "--Kinora:RateLimits:PlaybackPerMinute=1000000",

        // Else a process counts by itself when the machine is busy.
        "--Kinora:Redis:RateTimeout=00:00:10",
        .. options,
    ];

    /// <summary>An option for an API that shares its counts of requests with no other: the subjects are hashed with the secret.</summary>
    public static string CountsOfItsOwn() => $"--Kinora:Auth:Secret={ApiProcess.Secret} {Guid.CreateVersion7()}";

    /// <summary>A client without a token.</summary>
    public HttpClient CreateClient() => new() { BaseAddress = Api.Address };

    /// <summary>A client of another API on the same stores, as the user.</summary>
    public static HttpClient CreateClient(ApiProcess api, ApiUser? user = null) => CreateClient(api.Address, user);

    public static HttpClient CreateClient(Uri address, ApiUser? user)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = user is null ? null : new AuthenticationHeaderValue("Bearer", user.AccessToken);
        return client;
    }

    /// <summary>A new user, logged in.</summary>
    public async Task<ApiUser> CreateUserAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var client = CreateClient();
        var email = $"user{Interlocked.Increment(ref _users)}@example.org";
        var credentials = new { email, password = ApiUser.DefaultPassword };
        using var registered = await client.PostAsJsonAsync("/v1/auth/register", credentials, cancellation);
        registered.EnsureSuccessStatusCode();
        using var answer = await client.PostAsJsonAsync("/v1/auth/login", credentials, cancellation);
        answer.EnsureSuccessStatusCode();
        var user = await registered.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var accessToken = tokens.GetProperty("accessToken").GetString()!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return new ApiUser(
            client, user.GetProperty("userId").GetGuid(), email, accessToken, tokens.GetProperty("refreshToken").GetString()!);
    }

    /// <summary>A new user, with a token of this API, which may have a secret of its own.</summary>
    public async Task<ApiUser> LogInAsync(ApiProcess api)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var user = await CreateUserAsync();
        var client = CreateClient(api);
        using var answer = await client.PostAsJsonAsync("/v1/auth/login", new { email = user.Email, password = ApiUser.DefaultPassword }, cancellation);
        answer.EnsureSuccessStatusCode();
        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        user.Dispose();
        return user with { Client = client, AccessToken = tokens.GetProperty("accessToken").GetString()! };
    }

    public async Task<T> QueryAsync<T>(Func<KinoraDb, Task<T>> query)
    {
        await using var scope = Api.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<KinoraDb>());
    }

    public Task<int> ExecuteSqlAsync(FormattableString sql) =>
        QueryAsync(db => db.Database.ExecuteSqlAsync(sql, TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Postgres.DisposeAsync();
        await Redis.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
