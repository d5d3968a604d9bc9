using Kinora.Core.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kinora.Core.Idempotency;

/// <summary>A key that a client gave to a request that creates something, and what was made under it.</summary>
public sealed class IdempotencyKey
{
    public required Guid UserId { get; init; }

    /// <summary>Method and pattern: of two routes a key is two keys.</summary>
    public required string Route { get; init; }
    public required string Key { get; init; }

    /// <summary>The request that has the key: another one that took it over makes something, this one then does not.</summary>
    public required Guid ClaimId { get; init; }

    /// <summary>SHA-256 of what was asked for; null while the request is under way.</summary>
    public byte[]? Fingerprint { get; init; }

    /// <summary>The ids of what was made, from which the answer is written; null while the request is under way.</summary>
    public Guid[]? ResourceIds { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Then the key is free: soon where the request is under way and not heard of any more, a day after it was answered.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class IdempotencyKeyTable : IEntityTypeConfiguration<IdempotencyKey>
{
    public void Configure(EntityTypeBuilder<IdempotencyKey> builder)
    {
        builder.ToTable("idempotency_keys", table =>
            table.HasCheckConstraint("ck_idempotency_keys_answered", "(fingerprint IS NULL) = (resource_ids IS NULL)"));
        builder.HasKey(k => new { k.UserId, k.Route, k.Key });
        builder.Property(k => k.CreatedAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasIndex(k => k.ClaimId).IsUnique();
        builder.HasIndex(k => k.ExpiresAt);
        builder.HasOne<User>().WithMany().HasForeignKey(k => k.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
