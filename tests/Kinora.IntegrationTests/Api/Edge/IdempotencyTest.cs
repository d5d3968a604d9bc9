using Kinora.IntegrationTests.Queues;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>A client that gives keys to its requests, and what becomes of the keys.</summary>
public abstract class IdempotencyTest(ApiFixture fixture, RecordedApi recorded) : UploadTest(fixture, recorded)
{
    protected const string Key = "Idempotency-Key";
    protected const string Replayed = "Idempotency-Replayed";

    private protected static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Cancellation);

    private protected async Task<HttpResponseMessage> UploadAsync(string key, UploadBody? body = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = (body ?? new UploadBody().File(UploadBody.Mp4())).ToContent() };
        Assert.True(request.Headers.TryAddWithoutValidation(Key, key));
        return await (client ?? Client).SendAsync(request, Cancellation);
    }

    /// <summary>Whoever makes something for the user waits until this is disposed of.</summary>
    private protected async Task<IAsyncDisposable> HoldUserAsync()
    {
        var connection = new NpgsqlConnection(Fixture.Postgres.ConnectionString);
        await connection.OpenAsync(Cancellation);
        var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand($"SELECT 1 FROM users WHERE id = '{User.Id}' FOR NO KEY UPDATE", connection, transaction);
        await hold.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }

    private protected Task WaitForClaimAsync(string key) => Eventually.TrueAsync(async () => await ClaimAsync(key) is not null, () => "The key is not taken.");

    private protected Task<Guid?> ClaimAsync(string key) => Fixture.QueryAsync(db => db.IdempotencyKeys.AsNoTracking()
        .Where(k => k.UserId == User.Id && k.Key == key).Select(k => (Guid?)k.ClaimId).SingleOrDefaultAsync(Cancellation));

    private protected Task<int> EndLeaseAsync() =>
        Fixture.ExecuteSqlAsync($"UPDATE idempotency_keys SET expires_at = clock_timestamp() - interval '1 second' WHERE user_id = {User.Id}");
}
