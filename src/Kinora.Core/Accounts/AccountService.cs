using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Accounts;

/// <summary>Opening an account, and the sessions of its owner.</summary>
public sealed class AccountService(
    KinoraDb db,
    PasswordHasher hasher,
    RefreshTokenService refreshTokens,
    FailedLogins failedLogins,
    IOptions<AuthOptions> options,
    TimeProvider time)
{
    public async Task<User> RegisterAsync(string email, string password, CancellationToken cancellation)
    {
        if (Credentials.Check(email, password) is { Count: > 0 } details)
        {
            throw Refusal.Validation(details);
        }

        var normalized = Credentials.Normalize(email);
        if (IsOperator(normalized) || await db.Users.AnyAsync(u => u.NormalizedEmail == normalized, cancellation))
        {
            throw EmailTaken();
        }

        var user = new User
        {
            Email = email.Trim(),
            NormalizedEmail = normalized,
            PasswordHash = await hasher.HashAsync(password, cancellation),
            CreatedAt = time.GetUtcNow(),
        };
        db.Users.Add(user);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Two at once: the index decides.
            throw EmailTaken();
        }

        return user;
    }

    /// <summary>The same refusal, after the same work, for an unknown address and for a wrong password.</summary>
    public async Task<Session> LoginAsync(string email, string password, CancellationToken cancellation)
    {
        var normalized = Credentials.Normalize(email);
        await failedLogins.BeginAsync(normalized, cancellation);
        var user = await db.Users.SingleOrDefaultAsync(u => u.NormalizedEmail == normalized, cancellation);
        if (user is null)
        {
            await hasher.HashAsync(password, cancellation);
            throw WrongCredentials();
        }

        if (!await hasher.VerifyAsync(password, user.PasswordHash, cancellation))
        {
            throw WrongCredentials();
        }

        await failedLogins.ForgetAsync(normalized, cancellation);
        if (PasswordHasher.IsOutdated(user.PasswordHash))
        {
            user.PasswordHash = await hasher.HashAsync(password, cancellation);
            await db.SaveChangesAsync(cancellation);
        }

        return new Session(user.Id, await refreshTokens.StartFamilyAsync(user.Id, cancellation));
    }

    public async Task<User> GetAsync(Guid userId, CancellationToken cancellation) =>
        await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancellation) ?? throw Refusal.Unauthorized();

    public Task<bool> ExistsAsync(Guid userId, CancellationToken cancellation) => db.Users.AnyAsync(u => u.Id == userId, cancellation);

    /// <summary>Whether the user may look at the whole service.</summary>
    public bool IsOperator(User user) => IsOperator(user.NormalizedEmail);

    /// <exception cref="ApiException">FORBIDDEN: the user is no operator. UNAUTHORIZED: there is no such user.</exception>
    public async Task RequireOperatorAsync(Guid userId, CancellationToken cancellation)
    {
        if (!IsOperator(await GetAsync(userId, cancellation)))
        {
            throw Refusal.Forbidden("Only operators may look at the whole service.");
        }
    }

    private bool IsOperator(string normalizedEmail) =>
        options.Value.Operators.Any(email => Credentials.Normalize(email) == normalizedEmail);

    private static ApiException EmailTaken() => Refusal.Conflict("There is an account with this e-mail address.");

    private static ApiException WrongCredentials() => Refusal.Unauthorized("The e-mail address or the password is wrong.");
}
