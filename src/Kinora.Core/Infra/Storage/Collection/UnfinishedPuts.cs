using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Infra.Storage.Collection;

/// <summary>What killed processes left half put: uploads in parts, temporary files. They hold room, and no listing of objects shows them.</summary>
public sealed partial class UnfinishedPuts(
    NpgsqlDataSource source, IObjectStore objects, TimeProvider time, IOptions<CollectorOptions> options, ILogger<UnfinishedPuts> logger)
{
    private const int Batch = 500;

    /// <summary>Puts that are old enough and whose key nobody may write any more. The intent is what counts: a host's clock may be wrong.</summary>
    public async IAsyncEnumerable<UnfinishedPut> FindAbandonedAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - options.Value.AbandonedGrace;
        await foreach (var puts in objects.ListUnfinishedAsync(before, cancellation).Chunk(Batch).WithCancellation(cancellation))
        {
            var writing = await FindWritingAsync([.. puts.Select(PrefixOf).OfType<string>().Distinct()], cancellation);
            foreach (var put in puts.Where(put => PrefixOf(put) is not { } prefix || !writing.Contains(prefix)))
            {
                yield return put;
            }
        }
    }

    /// <summary>But for those whose key is none of ours: who else writes into the bucket has to say.</summary>
    public async Task AbortAbandonedAsync(CancellationToken cancellation)
    {
        await foreach (var put in FindAbandonedAsync(cancellation).Where(IsOurs))
        {
            await AbortAsync(put, cancellation);
        }
    }

    public async Task AbortAsync(UnfinishedPut put, CancellationToken cancellation)
    {
        await objects.AbortAsync(put, cancellation);
        LogAborted(put.Key ?? put.Id, put.StartedAt);
    }

    public static bool IsOurs(UnfinishedPut put) => put.Key is null || PrefixOf(put) is not null;

    private static string? PrefixOf(UnfinishedPut put) => put.Key is null ? null : ObjectKey.PrefixOf(put.Key);

    private async Task<HashSet<string>> FindWritingAsync(string[] prefixes, CancellationToken cancellation)
    {
        var writing = new HashSet<string>();
        if (prefixes.Length == 0)
        {
            return writing;
        }

        await using var command = source.CreateCommand("SELECT prefix FROM storage_intents WHERE prefix = ANY(@prefixes) AND state = 'WRITING'");
        command.Parameters.AddWithValue("prefixes", prefixes);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            writing.Add(reader.GetString(0));
        }

        return writing;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Took back the unfinished put of {key}, last seen at {startedAt}")]
    private partial void LogAborted(string key, DateTimeOffset startedAt);
}
