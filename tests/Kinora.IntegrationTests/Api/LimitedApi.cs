using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kinora.IntegrationTests.Api;

/// <summary>An API with limits of its own, on the stores of all, and one user.</summary>
internal sealed class LimitedApi : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly ApiFixture _fixture;

    private LimitedApi(TestFolder folder, ApiFixture fixture, ApiProcess api, ApiUser user)
    {
        (_folder, _fixture, Api, User) = (folder, fixture, api, user);
        Client = ApiFixture.CreateClient(api, user);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ApiProcess Api { get; }

    public ApiUser User { get; }

    public HttpClient Client { get; }

    public RecordingStore Store => (RecordingStore)Api.Services.GetRequiredService<IObjectStore>();

    /// <param name="limits">"MaxLiveJobsPerUser=5".</param>
    public static async Task<LimitedApi> StartAsync(ApiFixture fixture, params string[] limits)
    {
        var folder = new TestFolder();
        var api = await fixture.StartApiAsync(
            builder =>
            {
                var real = builder.Services.Last(service => service.ServiceType == typeof(IObjectStore)).ImplementationFactory!;
                builder.Services.AddSingleton<IObjectStore>(services => new RecordingStore((IObjectStore)real(services)));
            },
            [$"--Kinora:Uploads:TmpDir={folder.Path("uploads")}", .. limits.Select(limit => $"--Kinora:Limits:{limit}")]);
        return new LimitedApi(folder, fixture, api, await fixture.CreateUserAsync());
    }

    public Task<HttpResponseMessage> UploadAsync(int sizeBytes = 4096) =>
        Client.PostAsync("/v1/videos", new UploadBody().File(UploadBody.Mp4(sizeBytes)).ToContent(), Cancellation);

    public Task<HttpResponseMessage> PostAsync(string path, object? body = null) =>
        Client.PostAsync(path, body is null ? null : JsonContent.Create(body), Cancellation);

    public async Task<JsonElement> GetAsync(string path) => await Client.GetFromJsonAsync<JsonElement>(path, Cancellation);

    public IEnumerable<string> Spooled() => Directory.EnumerateFileSystemEntries(_folder.Path("uploads"));

    /// <summary>
    /// Sends all requests and lets them go on only when each of them waits for the user's row: the race that the limits must stand.
    /// </summary>
    public async Task<HttpResponseMessage[]> AtOnceAsync(int count, Func<int, Task<HttpResponseMessage>> send)
    {
        await using var connection = new NpgsqlConnection(_fixture.Postgres.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand($"SELECT 1 FROM users WHERE id = '{User.Id}' FOR NO KEY UPDATE", connection);
        await hold.ExecuteNonQueryAsync(Cancellation);
        var answers = Enumerable.Range(0, count).Select(send).ToArray();
        await Eventually.TrueAsync(
            async () => await CountWaitingAsync() >= count || answers.Any(a => a.IsCompleted),
            () => "The requests did not come to the user's row.");
        Assert.DoesNotContain(answers, a => a.IsCompleted);
        await transaction.CommitAsync(Cancellation);
        return await Task.WhenAll(answers);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        User.Dispose();
        await Api.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<long> CountWaitingAsync()
    {
        await using var connection = new NpgsqlConnection(_fixture.Postgres.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT 1 FROM users %'", connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}

internal static class LimitAnswers
{
    /// <summary>How many have the status; all others are the refusal.</summary>
    public static async Task<int> CountAsync(this IEnumerable<HttpResponseMessage> answers, HttpStatusCode taken, HttpStatusCode refused, string code)
    {
        var count = 0;
        foreach (var answer in answers)
        {
            using (answer)
            {
                if (answer.StatusCode == taken)
                {
                    count++;
                    continue;
                }

                await answer.ShouldBeErrorAsync(refused, code);
                Assert.Equal(refused == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
            }
        }

        return count;
    }
}
