using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Accounts;

/// <summary>
/// Refresh tokens: 256 random bits, known to the database by their SHA-256 alone, exchanged for a new one at each use. A family (one
/// login) has one usable token at any time; a spent one that comes back ends the family.
/// </summary>
public sealed class RefreshTokenService(KinoraDb db, IOptions<AuthOptions> options, TimeProvider time)
{
    private const int TokenBytes = 32;

    public async Task<string> StartFamilyAsync(Guid userId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await db.RefreshTokens.Where(t => t.UserId == userId && t.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        var token = Add(userId, Guid.CreateVersion7(), createdAt: now);
        await db.SaveChangesAsync(cancellation);
        return token;
    }

    /// <exception cref="ApiException">UNAUTHORIZED: unknown, expired, revoked, or spent, and then its whole family is revoked.</exception>
    public async Task<Session> ExchangeAsync(string sent, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var token = await FindLockedAsync(sent, cancellation);
        var now = time.GetUtcNow();
        if (token is null || token.ExpiresAt <= now)
        {
            throw Refused();
        }

        // Either the thief or the owner holds the successor, and nobody can tell which: both have to log in again.
        if (token.RevokedAt is not null || token.SpentAt is not null)
        {
            await RevokeFamilyAsync(token.FamilyId, now, cancellation);
            await transaction.CommitAsync(cancellation);
            throw Refused();
        }

        token.SpentAt = now;
        var next = Add(token.UserId, token.FamilyId, createdAt: now);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new Session(token.UserId, next);
    }

    /// <summary>Ends the session that the token belongs to; a token that nobody knows ends nothing, and is no error.</summary>
    public async Task RevokeAsync(string sent, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await FindLockedAsync(sent, cancellation) is { } token)
        {
            await RevokeFamilyAsync(token.FamilyId, time.GetUtcNow(), cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// The token, with its user's row locked: what happens to a family happens one after another. (NO KEY: a row that refers to the user,
    /// a video say, can be written meanwhile.)
    /// </summary>
    private async Task<RefreshToken?> FindLockedAsync(string sent, CancellationToken cancellation)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(sent));
        await db.Database.ExecuteSqlAsync(
            $"SELECT FROM users WHERE id = (SELECT user_id FROM refresh_tokens WHERE token_hash = {hash}) FOR NO KEY UPDATE", cancellation);
        return await db.RefreshTokens.SingleOrDefaultAsync(t => t.TokenHash == hash, cancellation);
    }

    private Task<int> RevokeFamilyAsync(Guid familyId, DateTimeOffset now, CancellationToken cancellation) =>
        db.RefreshTokens
            .Where(t => t.FamilyId == familyId && t.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, now), cancellation);

    private string Add(Guid userId, Guid familyId, DateTimeOffset createdAt)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        db.RefreshTokens.Add(new RefreshToken
        {
            UserId = userId,
            FamilyId = familyId,
            TokenHash = SHA256.HashData(Encoding.UTF8.GetBytes(token)),
            CreatedAt = createdAt,
            ExpiresAt = time.GetUtcNow() + options.Value.RefreshTokenLifetime,
        });
        return token;
    }

    private static ApiException Refused() => Refusal.Unauthorized("The refresh token is not valid.");
}
