using System.Collections.Concurrent;
using System.Text.Json;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>
/// What clients were told: every id and status that a test got over HTTP. Whoever was told something holds the service to it: a job that
/// was named exists, and its status only moves forward (J3, J5). Notes what goes back at once, and keeps it as a violation.
/// </summary>
public sealed class Witness
{
    private const int Ended = 2;

    private static readonly Dictionary<string, int> Ranks = new()
    {
        ["QUEUED"] = 0,
        ["RUNNING"] = 1,
        ["SUCCEEDED"] = Ended,
        ["FAILED"] = Ended,
        ["CANCELED"] = Ended,
    };

    private readonly ConcurrentDictionary<Guid, string?> _jobs = new();
    private readonly ConcurrentDictionary<Guid, string> _ended = new();
    private readonly ConcurrentDictionary<Guid, KinoraClient> _videos = new();
    private readonly ConcurrentDictionary<Guid, KinoraClient> _deleted = new();
    private readonly ConcurrentDictionary<(Guid JobId, long Fence), int> _progress = new();
    private readonly ConcurrentQueue<string> _violations = new();

    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>Jobs, with the last status that was seen; null: only its id was given.</summary>
    public IReadOnlyDictionary<Guid, string?> Jobs => _jobs;

    /// <summary>Videos that were not deleted, with a client of their owner.</summary>
    public IReadOnlyDictionary<Guid, KinoraClient> Videos => _videos;

    /// <summary>Videos whose DELETE was answered with 204.</summary>
    public IReadOnlyDictionary<Guid, KinoraClient> Deleted => _deleted;

    public void SawVideo(Guid videoId, KinoraClient owner) => _videos[videoId] = owner;

    public void SawDeleted(Guid videoId)
    {
        if (_videos.TryRemove(videoId, out var owner))
        {
            _deleted[videoId] = owner;
        }
    }

    /// <summary>An id in an answer.</summary>
    public void SawJob(Guid jobId) => _jobs.TryAdd(jobId, null);

    /// <summary>A job in an answer; itself, to go on with.</summary>
    public JsonElement SawJob(JsonElement job)
    {
        SawStatus(job.GetProperty("id").GetGuid(), job.Text("status")!);
        return job;
    }

    /// <summary>One client after the other for each job: an answer that another one overtook must not be held against it.</summary>
    public void SawStatus(Guid jobId, string status) => _jobs.AddOrUpdate(jobId, status, (_, before) =>
    {
        if (before is not null && before != status && (Ranks[status] < Ranks[before] || Ranks[before] == Ended))
        {
            _violations.Enqueue($"J3: a client saw job {jobId} {before} and then {status}");
        }

        return status;
    });

    /// <summary>As the database has it.</summary>
    public void SawRow(Guid jobId, string status)
    {
        if (Ranks[status] == Ended && _ended.GetOrAdd(jobId, status) is var before && before != status)
        {
            _violations.Enqueue($"J3: job {jobId} ended {before} and is {status}");
        }
        else if (Ranks[status] < Ended && _ended.TryGetValue(jobId, out var end))
        {
            _violations.Enqueue($"J3: job {jobId} ended {end} and is {status}");
        }
    }

    /// <summary>Progress as the database has it for one attempt.</summary>
    public void SawProgress(Guid jobId, long fence, int progress) => _progress.AddOrUpdate((jobId, fence), progress, (_, before) =>
    {
        if (progress < before)
        {
            _violations.Enqueue($"J9: the progress of job {jobId} fell from {before} to {progress} in the attempt with fence {fence}");
        }

        return Math.Max(before, progress);
    });

    public void Add(string violation) => _violations.Enqueue(violation);
}
