using System.Security.Cryptography;
using System.Text;
using Kinora.Core.Errors;
using Konscious.Security.Cryptography;

namespace Kinora.Core.Accounts;

/// <summary>
/// Argon2id with OWASP's parameters, as PHC strings. Each hash takes 19 MiB and tens of milliseconds of a core, so no more run at once
/// than there are cores; who waits too long for a turn is refused as UNAVAILABLE.
/// </summary>
public sealed class PasswordHasher : IDisposable
{
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private static readonly TimeSpan MaximumWait = TimeSpan.FromSeconds(5);
    private static readonly PasswordHash.Cost Cost = new(MemoryKib: 19 * 1024, Iterations: 2, Lanes: 1);
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);

    public async Task<string> HashAsync(string password, CancellationToken cancellation)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = await ComputeAsync(password, salt, Cost, HashBytes, cancellation);
        return new PasswordHash(Cost, salt, hash).ToString();
    }

    /// <summary>Takes as long for a right password as for a wrong one.</summary>
    public async Task<bool> VerifyAsync(string password, string stored, CancellationToken cancellation)
    {
        var expected = PasswordHash.Parse(stored);
        var hash = await ComputeAsync(password, expected.Salt, expected.Parameters, expected.Hash.Length, cancellation);
        return CryptographicOperations.FixedTimeEquals(hash, expected.Hash);
    }

    /// <summary>Made with other parameters than today's: to be hashed again at the next login.</summary>
    public static bool IsOutdated(string stored) => PasswordHash.Parse(stored).Parameters != Cost;

    public void Dispose() => _turns.Dispose();

    private async Task<byte[]> ComputeAsync(
        string password, byte[] salt, PasswordHash.Cost cost, int length, CancellationToken cancellation)
    {
        if (!await _turns.WaitAsync(MaximumWait, cancellation))
        {
            throw Refusal.Unavailable();
        }

        try
        {
            return await Task.Run(() => Compute(password, salt, cost, length), CancellationToken.None);
        }
        finally
        {
            _turns.Release();
        }
    }

    private static byte[] Compute(string password, byte[] salt, PasswordHash.Cost cost, int length)
    {
        using var argon2 = new Argon2id(Encoding.UTF8.GetBytes(password))
        {
            Salt = salt,
            MemorySize = cost.MemoryKib,
            Iterations = cost.Iterations,
            DegreeOfParallelism = cost.Lanes,
        };
        return argon2.GetBytes(length);
    }
}
