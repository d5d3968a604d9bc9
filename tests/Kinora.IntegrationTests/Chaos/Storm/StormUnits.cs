using Kinora.Core.Jobs;
using Kinora.Core.Playback;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>Jobs that are split in a storm: two or three units, one of which may grow, and the last one.</summary>
internal sealed class StormUnits(StormSubject subject, StormLedger ledger, Random random)
{
    /// <summary>As the database writes it.</summary>
    public const string LastParams = """{"last": true}""";
    private static readonly string Sha256 = new('0', 64);

    public async Task<bool> ParkAsync(ClaimedJob parent, CancellationToken cancellation)
    {
        var units = Enumerable.Range(0, random.Next(1, 3))
            .Select(i => new NewUnit(Guid.CreateVersion7(), $$"""{"number": {{i}}}""", random.Next(3), random.Next(1, 4), IsLast: false))
            .Append(new NewUnit(Guid.CreateVersion7(), LastParams, 0, 1, IsLast: true))
            .ToArray();
        if (!await subject.Units.ParkAsync(parent, "{}", units, cancellation))
        {
            return false;
        }

        foreach (var unit in units)
        {
            ledger.Submitted.TryAdd(unit.Id, 0);
        }

        return true;
    }

    /// <returns>The unit is done, or (of one that grows) a part of it is published.</returns>
    public async Task<bool> CompleteAsync(ClaimedJob unit, CancellationToken cancellation)
    {
        var isLast = unit.Params == LastParams;
        var isDone = isLast || random.Next(4) > 0;
        var name = isLast ? "master.m3u8" : "0.m4s";
        var prefix = await subject.Publisher.BeginPrefixAsync(unit, cancellation);
        await subject.Publisher.PutAsync(prefix, [new LocalFile(name, name, StormObjects.Size, Sha256, "video/mp4")], _ => { }, cancellation);
        var isTaken = isLast
            ? await PublishAsync(unit, prefix, cancellation)
            : await subject.Complete.PiecesAsync(unit, [Piece(unit, prefix, isDone ? 0 : 1)], prefix, isDone, cancellation);
        if (isTaken && isDone)
        {
            Completed(unit.Id, unit.Fence);
            await subject.Units.SettleAsync(unit.ParentId, cancellation);
        }

        return isTaken;
    }

    private async Task<bool> PublishAsync(ClaimedJob unit, string prefix, CancellationToken cancellation)
    {
        var parentId = unit.ParentId!.Value;
        var root = prefix[..(prefix.TrimEnd('/').LastIndexOf('/') + 1)];
        var fence = await ReadFenceAsync(parentId, cancellation);
        var files = (await ReadPiecesAsync(parentId, cancellation)).Append(prefix + "master.m3u8")
            .Select(key => new ManifestFile(key, StormObjects.Size, Sha256, "video/mp4", key[root.Length..]));
        var derivative = new Derivative
        {
            VideoId = unit.VideoId,
            JobId = parentId,
            Type = JobType.Hls,
            Fence = fence,
            Prefix = root,
            Manifest = new Manifest([.. files]),
        };
        if (!await subject.Complete.PublishedAsync(unit, derivative, prefix, cancellation))
        {
            return false;
        }

        Completed(parentId, fence);
        return true;
    }

    private void Completed(Guid jobId, long fence) => ledger.Completed.AddOrUpdate((jobId, fence), 1, (_, n) => n + 1);

    private static HlsPiece Piece(ClaimedJob unit, string prefix, int number) => new()
    {
        JobId = unit.ParentId!.Value,
        Track = unit.Id.ToString(),
        Number = number,
        UnitId = unit.Id,
        Fence = unit.Fence,
        Prefix = prefix,
        File = new ManifestFile("0.m4s", StormObjects.Size, Sha256, "video/mp4"),
        Facts = "{}",
    };

    private async Task<long> ReadFenceAsync(Guid jobId, CancellationToken cancellation)
    {
        await using var command = subject.Source.CreateCommand("SELECT fence FROM jobs WHERE id = @id");
        command.Parameters.AddWithValue("id", jobId);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<List<string>> ReadPiecesAsync(Guid jobId, CancellationToken cancellation)
    {
        await using var command = subject.Source.CreateCommand("SELECT prefix || (file ->> 'name') FROM hls_pieces WHERE job_id = @id");
        command.Parameters.AddWithValue("id", jobId);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var keys = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }
}
