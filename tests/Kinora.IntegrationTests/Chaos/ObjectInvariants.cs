using System.Security.Cryptography;
using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>The store against the rows, both ways. Whatever changes between the two looks is looked at again before it counts.</summary>
internal static class ObjectInvariants
{
    public static async Task<IReadOnlyList<string>> AlwaysAsync(Deployment deployment, CancellationToken cancellation)
    {
        var store = deployment.OpenStore();
        using var disposable = store as IDisposable;
        var promised = await PromisedObject.ReadAsync(deployment.Database, cancellation);
        var found = await ListAsync(store, cancellation);
        var violations = new List<string>();
        foreach (var item in promised.Where(p => !found.TryGetValue(p.Key, out var length) || length != p.SizeBytes))
        {
            // A listing may lag behind what was just stored: the object itself tells.
            if ((await store.HeadAsync(item.Key, cancellation))?.Length != item.SizeBytes
                && (await PromisedObject.ReadAsync(deployment.Database, cancellation)).Contains(item))
            {
                violations.Add($"S1: {item.Key} should have {item.SizeBytes} bytes and is {(found.TryGetValue(item.Key, out var length) ? length : "missing")}");
            }
        }

        var intents = await ReadIntentsAsync(deployment, cancellation);
        foreach (var key in found.Keys.Where(key => !intents.Contains(PrefixOf(key))))
        {
            if (await store.HeadAsync(key, cancellation) is not null)
            {
                violations.Add($"S2: no row knows of {key}");
            }
        }

        return violations;
    }

    public static async Task<IReadOnlyList<string>> AtRestAsync(Deployment deployment, CancellationToken cancellation)
    {
        var store = deployment.OpenStore();
        using var disposable = store as IDisposable;
        var promised = await PromisedObject.ReadAsync(deployment.Database, cancellation);
        var violations = new List<string>();
        foreach (var item in promised)
        {
            if (await HashAsync(store, item.Key, cancellation) is { } sha256 && sha256 != item.Sha256)
            {
                violations.Add($"S1: {item.Key} has other bytes than were published");
            }
        }

        // What was replaced is served for a while longer, and known by its row too.
        var replaced = await PromisedObject.ReadReplacedPrefixesAsync(deployment.Database, cancellation);
        var known = promised.Select(p => p.Key).ToHashSet();
        foreach (var key in (await ListAsync(store, cancellation)).Keys.Where(key => !known.Contains(key) && !replaced.Any(key.StartsWith)))
        {
            if (await store.HeadAsync(key, cancellation) is not null)
            {
                violations.Add($"S2: left behind: {key}");
            }
        }

        violations.AddRange(await PlaylistCheck.RunAsync(store, promised, cancellation));
        return violations;
    }

    public static string PrefixOf(string key) => key.StartsWith("sources/", StringComparison.Ordinal)
        ? key[..(key.LastIndexOf('/') + 1)]
        : string.Join('/', key.Split('/').Take(4)) + "/";

    private static async Task<string?> HashAsync(IObjectStore store, string key, CancellationToken cancellation)
    {
        await using var content = await store.OpenReadAsync(key, 0, null, cancellation);
        return content is null ? null : Convert.ToHexStringLower(await SHA256.HashDataAsync(content.Stream, cancellation));
    }

    private static async Task<Dictionary<string, long>> ListAsync(IObjectStore store, CancellationToken cancellation)
    {
        var found = new Dictionary<string, long>();
        foreach (var prefix in (string[])["sources/", "derivatives/"])
        {
            await foreach (var item in store.ListAsync(prefix, cancellation))
            {
                found[item.Key] = item.Length;
            }
        }

        return found;
    }

    private static async Task<HashSet<string>> ReadIntentsAsync(Deployment deployment, CancellationToken cancellation)
    {
        await using var command = deployment.Database.CreateCommand("SELECT prefix FROM storage_intents");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var prefixes = new HashSet<string>();
        while (await reader.ReadAsync(cancellation))
        {
            prefixes.Add(reader.GetString(0));
        }

        return prefixes;
    }
}
