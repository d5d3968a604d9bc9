using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Npgsql;

namespace Kinora.Core.Playback;

/// <summary>
/// Makes the files of an attempt a derivative: an intent before the first PUT, a prefix of its own for each (job, fence), the sizes in the
/// store compared after, and one transaction that makes it current. An attempt that fails on the way leaves its prefix to the collector.
/// </summary>
public sealed class Publisher(NpgsqlDataSource source, JobStatements statements, IObjectStore objects, CompleteJob complete)
{
    /// <summary>Far longer than any attempt; the end of the attempt is what dooms its prefix.</summary>
    private static readonly TimeSpan WritingTime = TimeSpan.FromDays(7);

    /// <param name="files">In the order in which they are put: what a playlist names comes before it.</param>
    /// <param name="verification">JSON; null for a thumbnail.</param>
    /// <param name="onProgress">Called with the share of bytes that are stored, 0 to 1.</param>
    /// <exception cref="JobLostException">The attempt no longer holds the job: nothing is published.</exception>
    public async Task PublishAsync(
        ClaimedJob job, IReadOnlyList<LocalFile> files, string? verification, Action<double> onProgress, CancellationToken cancellation)
    {
        var prefix = await BeginPrefixAsync(job, cancellation);
        await PutAsync(prefix, files, onProgress, cancellation);
        var derivative = new Derivative
        {
            VideoId = job.VideoId,
            JobId = job.Id,
            Type = job.Type,
            Fence = job.Fence,
            Prefix = prefix,
            Manifest = new Manifest([.. files.Select(f => new ManifestFile(f.Name, f.SizeBytes, f.Sha256, f.ContentType))]),
            Verification = verification,
        };
        if (!await complete.DerivativeAsync(job, derivative, cancellation))
        {
            throw new JobLostException();
        }
    }

    /// <summary>
    /// Commits the intent of a prefix that nothing was ever written under. A job has one for each attempt; a unit gets another one at each
    /// call, under its parent's, where the derivative will be.
    /// </summary>
    /// <returns>The prefix; ends with "/".</returns>
    /// <exception cref="JobLostException">The attempt no longer holds the job.</exception>
    public async Task<string> BeginPrefixAsync(ClaimedJob job, CancellationToken cancellation)
    {
        var prefix = job.ParentId is { } parentId
            ? ObjectKey.DerivativePrefix(job.VideoId, parentId, await NextNumberAsync(cancellation))
            : ObjectKey.DerivativePrefix(job.VideoId, job.Id, job.Fence);
        await Failpoint.HitAsync(FailpointName.PublishBeforeIntent, cancellation);
        await BeginIntentAsync(job, prefix, cancellation);
        await Failpoint.HitAsync(FailpointName.PublishAfterIntent, cancellation);
        return prefix;
    }

    /// <summary>Puts the files under a prefix whose intent is committed, and compares their sizes in the store.</summary>
    /// <param name="files">In the order in which they are put: what a playlist names comes before it.</param>
    /// <param name="onProgress">Called with the share of bytes that are stored, 0 to 1.</param>
    public async Task PutAsync(string prefix, IReadOnlyList<LocalFile> files, Action<double> onProgress, CancellationToken cancellation)
    {
        var total = Math.Max(1, files.Sum(f => f.SizeBytes));
        var done = 0L;
        foreach (var file in files)
        {
            await objects.PutFileAsync(prefix + file.Name, file.Path, file.ContentType, cancellation);
            await Failpoint.HitAsync(FailpointName.PublishAfterPut, cancellation);
            done += file.SizeBytes;
            onProgress((double)done / total);
        }

        await Failpoint.HitAsync(FailpointName.PublishAfterAllPuts, cancellation);
        await CompareSizesAsync(prefix, files, cancellation);
        await Failpoint.HitAsync(FailpointName.PublishAfterCompare, cancellation);
    }

    private async Task<long> NextNumberAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT nextval('job_fence_seq')");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Commits the intent of a prefix that is this attempt's own.</summary>
    /// <exception cref="JobLostException">The attempt no longer holds the job.</exception>
    public async Task BeginIntentAsync(ClaimedJob job, string prefix, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.BeginIntent);
        command.Parameters.AddWithValue("prefix", prefix);
        command.Parameters.AddWithValue("video", job.VideoId);
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
        command.Parameters.AddWithValue("time", WritingTime);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            throw new JobLostException();
        }
    }

    /// <summary>Asked of each object: a listing may lag behind what was just stored (Swift's does).</summary>
    private async Task CompareSizesAsync(string prefix, IReadOnlyList<LocalFile> files, CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            var stored = await objects.HeadAsync(prefix + file.Name, cancellation);
            if (stored?.Length != file.SizeBytes)
            {
                throw new StorageException($"The stored object of {file.Name} has {stored?.Length} bytes, not {file.SizeBytes}.");
            }
        }
    }
}

/// <param name="Name">In the manifest, and in playlists.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record LocalFile(string Name, string Path, long SizeBytes, string Sha256, string ContentType);
