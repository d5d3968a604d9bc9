using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>The videos of a storm, of four owners; one that is deleted makes room for a new one.</summary>
internal sealed class StormVideos(StormSubject subject)
{
    private const int Count = 12;
    private const int Owners = 4;
    private readonly Guid[] _owners = [.. Enumerable.Range(0, Owners).Select(_ => Guid.CreateVersion7())];
    private readonly Guid[] _videos = new Guid[Count];

    /// <summary>Deleted a moment ago: somebody still asks for it.</summary>
    private Guid _lastDeleted;

    public async Task CreateAsync(CancellationToken cancellation)
    {
        foreach (var owner in _owners)
        {
            await ExecuteAsync($"INSERT INTO users (id, email, normalized_email, password_hash) VALUES ('{owner}', 'x', '{owner}', 'none')", cancellation);
        }

        for (var i = 0; i < Count; i++)
        {
            _videos[i] = await CreateOneAsync(i, cancellation);
        }
    }

    public Guid Any(Random random) => random.Next(20) == 0 && _lastDeleted != Guid.Empty ? _lastDeleted : _videos[random.Next(Count)];

    public async Task DeleteOneAsync(Random random, CancellationToken cancellation)
    {
        var slot = random.Next(Count);
        var videoId = _videos[slot];
        if (await subject.Delete.RunAsync(videoId, cancellation) is not null)
        {
            _lastDeleted = videoId;
            _videos[slot] = await CreateOneAsync(slot, cancellation);
        }
    }

    /// <summary>As the collector: dooms what was abandoned, and removes what is doomed and due.</summary>
    public async Task CollectAsync(TimeSpan grace, CancellationToken cancellation)
    {
        await using var doom = subject.Source.CreateCommand(subject.Statements.DoomAbandoned);
        doom.Parameters.AddWithValue("grace", grace);
        await doom.ExecuteNonQueryAsync(cancellation);
        await using var due = subject.Source.CreateCommand(
            "DELETE FROM storage_intents WHERE state = 'DOOMED' AND expires_at < clock_timestamp() RETURNING prefix");
        await using var reader = await due.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            subject.Objects.DeletePrefix(reader.GetString(0));
        }
    }

    /// <summary>The graces of what is doomed are over.</summary>
    public Task EndGracesAsync(CancellationToken cancellation) => ExecuteAsync("""
        UPDATE storage_intents SET expires_at = clock_timestamp() - interval '1 second' WHERE state = 'DOOMED';
        DELETE FROM derivatives WHERE replaced_at IS NOT NULL;
        """, cancellation);

    private async Task<Guid> CreateOneAsync(int slot, CancellationToken cancellation)
    {
        var videoId = Guid.CreateVersion7();
        await ExecuteAsync($"""
            INSERT INTO videos (id, owner_id, title, original_filename, status, size_bytes, content_type, sha256, source_key, transcode_after_analysis, media_info)
            VALUES ('{videoId}', '{_owners[slot % Owners]}', 'x', 'x', 'ANALYZED', 1, 'video/mp4', sha256('x'), 'none', true, jsonb_build_object())
            """, cancellation);
        return videoId;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = subject.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
