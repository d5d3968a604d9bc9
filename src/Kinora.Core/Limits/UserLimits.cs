using Kinora.Core.Errors;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Limits;

/// <summary>
/// Refuses what a user asks for beyond the limits. Exact for each user, if the caller's transaction took <see cref="LockAsync"/> before:
/// of one user's requests the next one then counts what the one before has made. What follows by itself (the jobs after an analysis) is
/// counted and never refused.
/// </summary>
public sealed class UserLimits(IOptions<LimitOptions> options)
{
    /// <summary>A job takes seconds to hours: by then some may have ended.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly LimitOptions _options = options.Value;

    /// <summary>
    /// Locks the user's row until the transaction ends; before the video's, in the lock order. Not against FOR KEY SHARE, which foreign
    /// keys take: nothing else of the user waits.
    /// </summary>
    /// <exception cref="ApiException">UNAUTHORIZED: there is no such user any more.</exception>
    public static async Task LockAsync(NpgsqlConnection connection, Guid userId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT 1 FROM users WHERE id = @user FOR NO KEY UPDATE", connection);
        command.Parameters.AddWithValue("user", userId);
        if (await command.ExecuteScalarAsync(cancellation) is null)
        {
            throw Refusal.Unauthorized();
        }
    }

    /// <summary>Asks for room for one more job. Not to be asked where the request's job is there already.</summary>
    /// <exception cref="ApiException">TOO_MANY_REQUESTS: the user's limit. UNAVAILABLE: the system's.</exception>
    public async Task CheckLiveJobsAsync(NpgsqlConnection connection, Guid userId, CancellationToken cancellation)
    {
        if (await CountLiveAsync(connection, userId, _options.MaxLiveJobsPerUser, cancellation) >= _options.MaxLiveJobsPerUser)
        {
            throw Refusal.TooManyRequests(
                RetryAfter, $"A user may have {_options.MaxLiveJobsPerUser} jobs under way: wait until some have ended, or cancel some.");
        }

        if (_options.MaxLiveJobs is { } max && await CountLiveAsync(connection, null, max, cancellation) >= max)
        {
            throw Refusal.Unavailable("The service has all the work that it takes: try again later.", RetryAfter);
        }
    }

    /// <summary>The user's quota of bytes as it stands, with what is under way; null: no limit.</summary>
    public async Task<BytesQuota?> FindQuotaAsync(NpgsqlConnection connection, Guid userId, CancellationToken cancellation)
    {
        if (_options.MaxBytesPerUser is not { } limit)
        {
            return null;
        }

        // What a resumable upload is to become is taken from its beginning: nobody sends for hours what will be refused.
        await using var command = new NpgsqlCommand("""
            SELECT (SELECT COALESCE(sum(size_bytes), 0) FROM videos WHERE owner_id = @user AND deleted_at IS NULL)::bigint
              + (SELECT COALESCE(sum(length_bytes), 0) FROM uploads
                 WHERE owner_id = @user AND status <> 'FINISHED' AND expires_at > clock_timestamp())::bigint
            """, connection);
        command.Parameters.AddWithValue("user", userId);
        return new BytesQuota(limit, (long)(await command.ExecuteScalarAsync(cancellation))!);
    }

    /// <summary>Asks for room for a file.</summary>
    /// <exception cref="ApiException">PAYLOAD_TOO_LARGE.</exception>
    public async Task CheckBytesAsync(NpgsqlConnection connection, Guid userId, long sizeBytes, CancellationToken cancellation)
    {
        if (await FindQuotaAsync(connection, userId, cancellation) is { } quota && sizeBytes > quota.LeftBytes)
        {
            throw Refusal.PayloadTooLarge(quota.Message);
        }
    }

    /// <summary>Counts no further than it must: an index holds the live jobs alone, but they may be many.</summary>
    /// <param name="userId">Null: of all users.</param>
    private static async Task<long> CountLiveAsync(NpgsqlConnection connection, Guid? userId, int most, CancellationToken cancellation)
    {
        var owner = userId is null ? "" : "AND owner_id = @user";
        await using var command = new NpgsqlCommand(
            $"SELECT count(*) FROM (SELECT 1 FROM jobs WHERE status IN ('QUEUED', 'RUNNING') AND parent_id IS NULL {owner} LIMIT @most) live", connection);
        command.Parameters.AddWithValue("most", most);
        if (userId is { } id)
        {
            command.Parameters.AddWithValue("user", id);
        }

        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
