namespace Kinora.Core.Accounts;

/// <summary>
/// One refresh token of a family: a login and all tokens that were rotated out of it. Only the SHA-256 of the token is stored.
/// </summary>
public sealed class RefreshToken
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid UserId { get; init; }
    public required Guid FamilyId { get; init; }
    public required byte[] TokenHash { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was exchanged for its successor; using it again ends the family.</summary>
    public DateTimeOffset? SpentAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }
    public User? User { get; init; }
}
