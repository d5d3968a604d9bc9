using System.Collections.Frozen;
using Kinora.Core.Infra.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace Kinora.Core.Playback;

/// <summary>
/// Manifests of the derivatives that are being played: they never change, a film's has a thousand files, and each range of each segment is
/// looked up in it.
/// </summary>
public sealed class ManifestCache(IDbContextFactory<KinoraDb> databases) : IDisposable
{
    /// <summary>Files of all manifests together: some 100 MB.</summary>
    private const int MaxFiles = 200_000;

    private static readonly TimeSpan KeepTime = TimeSpan.FromMinutes(5);
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = MaxFiles });

    /// <summary>By name; none where the derivative is gone.</summary>
    public async Task<IReadOnlyDictionary<string, ManifestFile>> GetAsync(Guid derivativeId, CancellationToken cancellation)
    {
        if (_cache.TryGetValue(derivativeId, out FrozenDictionary<string, ManifestFile>? known))
        {
            return known!;
        }

        await using var db = await databases.CreateDbContextAsync(cancellation);
        var manifest = await db.Derivatives.AsNoTracking()
            .Where(d => d.Id == derivativeId)
            .Select(d => d.Manifest)
            .FirstOrDefaultAsync(cancellation);
        var files = (manifest?.Files ?? []).ToFrozenDictionary(file => file.Name);
        return files.Count == 0
            ? files
            : _cache.Set(derivativeId, files, new MemoryCacheEntryOptions { Size = files.Count, SlidingExpiration = KeepTime });
    }

    public void Dispose() => _cache.Dispose();
}
