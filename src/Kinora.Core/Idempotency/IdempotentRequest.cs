using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Kinora.Core.Errors;
using Npgsql;

namespace Kinora.Core.Idempotency;

/// <summary>
/// A request that creates something, under its key: either it is to be done now, or it was done before and its answer is given again.
/// Disposing of it frees the key where nothing was made.
/// </summary>
public sealed class IdempotentRequest : IAsyncDisposable
{
    private readonly IdempotencyKeys? _keys;
    private readonly Guid _claimId;
    private readonly Guid[]? _resourceIds;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _kept = Task.CompletedTask;
    private byte[]? _fingerprint;
    private bool _isTakenBack;

    private IdempotentRequest()
    {
    }

    internal IdempotentRequest(IdempotencyKeys keys, Guid claimId)
    {
        (_keys, _claimId) = (keys, claimId);
        _kept = keys.KeepAsync(claimId, _over.Token);
    }

    internal IdempotentRequest(byte[] fingerprint, Guid[] resourceIds) => (_fingerprint, _resourceIds) = (fingerprint, resourceIds);

    /// <summary>Without a key: done as often as it is sent.</summary>
    public static IdempotentRequest WithoutKey() => new();

    public bool HasKey => _keys is not null || IsRepeated;

    /// <summary>It was done before.</summary>
    public bool IsRepeated => _resourceIds is not null;

    /// <param name="content">All that is asked for, in a fixed order.</param>
    /// <returns>The ids of what was made, as they were given to <see cref="CompleteAsync"/>; null: it is to be done now.</returns>
    /// <exception cref="ApiException">VALIDATION_ERROR: with this key something else was asked for.</exception>
    public IReadOnlyList<Guid>? Find(params ReadOnlySpan<string?> content)
    {
        var fingerprint = FingerprintOf(content);
        if (IsRepeated && !fingerprint.AsSpan().SequenceEqual(_fingerprint))
        {
            throw Refusal.Validation("Idempotency-Key", "Another request was sent with this key.");
        }

        _fingerprint = fingerprint;
        return _resourceIds;
    }

    /// <summary>Notes what is made, in the transaction that makes it.</summary>
    /// <exception cref="ApiException">CONFLICT: the key was not renewed in time, and another request has it now.</exception>
    public async Task CompleteAsync(NpgsqlConnection connection, Guid[] resourceIds, CancellationToken cancellation)
    {
        if (_keys is null)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            UPDATE idempotency_keys SET fingerprint = @fingerprint, resource_ids = @resources, expires_at = clock_timestamp() + @kept
            WHERE claim_id = @claim AND resource_ids IS NULL
            """, connection);
        command.Parameters.AddWithValue("fingerprint", _fingerprint!);
        command.Parameters.AddWithValue("resources", resourceIds);
        command.Parameters.AddWithValue("kept", IdempotencyKeys.Kept);
        command.Parameters.AddWithValue("claim", _claimId);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            throw Refusal.Conflict("Another request has taken this Idempotency-Key over.");
        }
    }

    /// <summary>What was made is gone again: the key is to be free.</summary>
    public void TakeBack() => _isTakenBack = true;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _kept;
        _over.Dispose();
        if (_keys is not null)
        {
            await _keys.FreeAsync(_claimId, _isTakenBack);
        }
    }

    /// <summary>Each part after its length, so that no two lists look the same.</summary>
    private static byte[] FingerprintOf(ReadOnlySpan<string?> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in content)
        {
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, part is null ? -1 : bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}
