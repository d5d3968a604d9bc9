namespace Kinora.Core.Accounts;

/// <summary>Someone who owns videos.</summary>
public sealed class User
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>As the user wrote it.</summary>
    public required string Email { get; set; }

    /// <summary>Trimmed and lower-cased: what is unique.</summary>
    public required string NormalizedEmail { get; set; }

    /// <summary>Argon2id in PHC string format, with its parameters.</summary>
    public required string PasswordHash { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
}
