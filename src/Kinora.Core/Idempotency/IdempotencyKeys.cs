using Kinora.Core.Errors;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kinora.Core.Idempotency;

/// <summary>
/// Lets a request that creates something be sent again: what it has made is noted in the transaction that makes it, so that nothing is made
/// twice, by whichever processes the requests are taken and whenever one of them is killed.
/// </summary>
public sealed partial class IdempotencyKeys(NpgsqlDataSource source, ILogger<IdempotencyKeys> logger)
{
    /// <summary>How long the key of a killed process stays taken; a living one renews it.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer is given again.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan CleanUpTimeout = TimeSpan.FromSeconds(10);
    private const int RenewalsInLease = 3;
    private const int Tries = 5;

    /// <summary>Takes the key for this request, or finds what was made under it.</summary>
    /// <exception cref="ApiException">CONFLICT: a request with this key is under way.</exception>
    public async Task<IdempotentRequest> BeginAsync(Guid userId, string route, string key, CancellationToken cancellation)
    {
        var claimId = Guid.CreateVersion7();

        // A row that was in the way may be gone before it is read.
        for (var tries = 0; tries < Tries; tries++)
        {
            if (await TryClaimAsync(userId, route, key, claimId, cancellation))
            {
                return new IdempotentRequest(this, claimId);
            }

            if (await FindAsync(userId, route, key, cancellation) is var (fingerprint, resourceIds))
            {
                return resourceIds is null
                    ? throw Refusal.Conflict("A request with this Idempotency-Key is under way.")
                    : new IdempotentRequest(fingerprint!, resourceIds);
            }
        }

        throw Refusal.Unavailable();
    }

    /// <summary>Rows whose time is over, in any state.</summary>
    public async Task RemoveExpiredAsync(CancellationToken cancellation)
    {
        // In pieces, each of which ends within the time of a command however many there are.
        await using var command = source.CreateCommand(
            "DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE expires_at < clock_timestamp() LIMIT 5000)");
        while (await command.ExecuteNonQueryAsync(cancellation) > 0)
        {
        }
    }

    /// <summary>Keeps the key until the token says that the request is over. Who could not renew it in time may find it taken over.</summary>
    internal async Task KeepAsync(Guid claimId, CancellationToken over)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Lease / RenewalsInLease, over);
                try
                {
                    await using var command = source.CreateCommand(
                        "UPDATE idempotency_keys SET expires_at = clock_timestamp() + @lease WHERE claim_id = @claim AND resource_ids IS NULL");
                    command.Parameters.AddWithValue("lease", Lease);
                    command.Parameters.AddWithValue("claim", claimId);
                    await command.ExecuteNonQueryAsync(over);
                }
                catch (Exception e) when (!over.IsCancellationRequested)
                {
                    LogRenewFailed(e);
                }
            }
        }
        catch (Exception) when (over.IsCancellationRequested)
        {
        }
    }

    /// <summary>
    /// Frees the key of a request that has made nothing. The answer of a COMMIT may be what was lost: then the row says what was made, and
    /// stays, unless all of it was taken back. Does not use the request's token; failing is no harm, since the lease ends by itself.
    /// </summary>
    internal async Task FreeAsync(Guid claimId, bool isTakenBack)
    {
        using var timeout = new CancellationTokenSource(CleanUpTimeout);
        try
        {
            await using var command = source.CreateCommand(
                "DELETE FROM idempotency_keys WHERE claim_id = @claim AND (resource_ids IS NULL OR @taken_back)");
            command.Parameters.AddWithValue("claim", claimId);
            command.Parameters.AddWithValue("taken_back", isTakenBack);
            await command.ExecuteNonQueryAsync(timeout.Token);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            LogFreeFailed(e);
        }
    }

    private async Task<bool> TryClaimAsync(Guid userId, string route, string key, Guid claimId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            INSERT INTO idempotency_keys AS k (user_id, route, key, claim_id, expires_at)
            VALUES (@user, @route, @key, @claim, clock_timestamp() + @lease)
            ON CONFLICT (user_id, route, key) DO UPDATE SET claim_id = excluded.claim_id, fingerprint = NULL, resource_ids = NULL,
              created_at = clock_timestamp(), expires_at = excluded.expires_at
            WHERE k.expires_at < clock_timestamp()
            """);
        command.Parameters.AddWithValue("user", userId);
        command.Parameters.AddWithValue("route", route);
        command.Parameters.AddWithValue("key", key);
        command.Parameters.AddWithValue("claim", claimId);
        command.Parameters.AddWithValue("lease", Lease);
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private async Task<(byte[]? Fingerprint, Guid[]? ResourceIds)?> FindAsync(
        Guid userId, string route, string key, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "SELECT fingerprint, resource_ids FROM idempotency_keys WHERE user_id = @user AND route = @route AND key = @key");
        command.Parameters.AddWithValue("user", userId);
        command.Parameters.AddWithValue("route", route);
        command.Parameters.AddWithValue("key", key);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }

        return await reader.IsDBNullAsync(0, cancellation)
            ? (null, null)
            : (reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<Guid[]>(1));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The idempotency key of a request could not be renewed; trying again")]
    private partial void LogRenewFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The idempotency key of a request that failed stays taken until its lease ends")]
    private partial void LogFreeFailed(Exception exception);
}
