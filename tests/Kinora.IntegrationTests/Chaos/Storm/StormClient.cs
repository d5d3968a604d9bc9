using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Npgsql;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>One client: submits, claims, works without haste, and goes on with attempts that it has long lost.</summary>
internal sealed class StormClient(StormSubject subject, StormLedger ledger, StormVideos videos, TimeProvider time, Random random, string name)
{
    private const int MostHeld = 6;

    /// <summary>Of a video that has its source.</summary>
    private static readonly JobType[] Types = [JobType.Analyze, JobType.Thumbnail, JobType.Hls];
    private static readonly MediaInfo Info = new() { Container = "storm", Streams = [] };
    private static readonly LocalFile[] Files =
        [.. new[] { "0.m4s", "master.m3u8" }.Select(n => new LocalFile(n, n, StormObjects.Size, new string('0', 64), "video/mp4"))];

    private readonly List<(ClaimedJob Job, long Next)> _held = [];
    private readonly StormUnits _units = new(subject, ledger, random);

    /// <summary>One random step.</summary>
    public async Task StepAsync(CancellationToken cancellation)
    {
        try
        {
            await (random.Next(100) switch
            {
                < 20 => SubmitAsync(cancellation),
                < 45 => ClaimAsync(cancellation),
                < 86 => GoOnAsync(cancellation),
                < 95 => ReapAsync(cancellation),
                < 97 => CancelAsync(cancellation),
                < 98 => DeleteAsync(cancellation),
                _ => videos.CollectAsync(TimeSpan.FromSeconds(5), cancellation),
            });
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            ledger.Deadlock();
        }
        catch (ApiException e) when (e.Code == ErrorCode.NotFound || e.Code == ErrorCode.Conflict)
        {
            // The video was deleted meanwhile, or another client was first.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            ledger.Violate($"unexpected: {e.Message}");
        }
    }

    /// <summary>Every job that can be had is brought to its end at once.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        _held.Clear();
        foreach (var type in Types)
        {
            while (await ClaimAsync(type, cancellation) is { } job)
            {
                await CompleteAsync(job, cancellation);
            }
        }

        await ReapAsync(cancellation);
    }

    private async Task SubmitAsync(CancellationToken cancellation)
    {
        var videoId = videos.Any(random);
        var type = Types[random.Next(Types.Length)];
        ledger.Transact();
        await using var connection = await subject.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var jobId = await SubmitJob.RunAsync(
            connection, subject.Statements, videoId, type, "{}", subject.Options.MaxAttempts, null, cancellation);
        await transaction.CommitAsync(cancellation);
        ledger.Submitted.TryAdd(jobId, 0);
    }

    private async Task ClaimAsync(CancellationToken cancellation)
    {
        if (_held.Count < MostHeld && await ClaimAsync(Types[random.Next(Types.Length)], cancellation) is { } job)
        {
            // Half of the attempts outlast their lease before they are heard of again.
            Hold(job, random.Next(2) == 0 ? random.Next(15) : random.Next(50, 140));
        }
    }

    private async Task<ClaimedJob?> ClaimAsync(JobType type, CancellationToken cancellation)
    {
        ledger.Transact();
        var job = (await subject.Jobs.ClaimNextAsync(type, null, name, cancellation))?.Job;
        if (job is not null)
        {
            ledger.Claimed(job.Id, job.Fence);
        }

        return job;
    }

    private void Hold(ClaimedJob job, int milliseconds) =>
        _held.Add((job, time.GetTimestamp() + (milliseconds * time.TimestampFrequency / 1000)));

    private async Task GoOnAsync(CancellationToken cancellation)
    {
        var index = _held.FindIndex(h => h.Next <= time.GetTimestamp());
        if (index < 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellation);
            return;
        }

        var job = _held[index].Job;
        _held.RemoveAt(index);
        ledger.GoesOn(job.Id, job.Fence);
        var newest = ledger.Newest(job.Id);
        ledger.Transact();
        var step = random.Next(100);
        var (word, isTaken) = step switch
        {
            < 30 => ("beat", await BeatAsync(job, cancellation)),
            < 65 => ("completion", await CompleteAsync(job, cancellation)),
            < 80 => ("failure", await FailAsync(job, cancellation)),
            < 90 => ("release", await subject.Jobs.ReleaseAsync(job, cancellation)),
            _ => ("deferral", await subject.Jobs.DeferAsync(job, JobErrorCode.Storage, "storm", random.Next(2) == 0, cancellation)),
        };
        if (isTaken && newest > job.Fence)
        {
            ledger.Violate($"a {word} was acknowledged to an attempt after a newer one had begun");
        }

        if (step < 30 || random.Next(3) == 0)
        {
            // It goes on whatever it was told, as a worker does whose answer was lost.
            Hold(job, random.Next(60));
        }
    }

    private async Task<bool> BeatAsync(ClaimedJob job, CancellationToken cancellation)
    {
        await using var connection = await subject.Source.OpenConnectionAsync(cancellation);
        var kept = subject.Beats.Send(connection, [new Beat(job.Id, job.Fence, random.Next(100), random.Next(1000), job.ParentId)]);
        if (kept.Any(k => k != (job.Id, job.Fence)))
        {
            ledger.Violate("a beat renewed the lease of another attempt");
        }

        subject.Beats.MoveParents(connection, [new Beat(job.Id, job.Fence, 0, null, job.ParentId)]);
        return kept.Count > 0;
    }

    private async Task<bool> CompleteAsync(ClaimedJob job, CancellationToken cancellation)
    {
        if (job.Type == JobType.Analyze)
        {
            var followers = await subject.Complete.AnalysisAsync(job, Info, cancellation);
            foreach (var follower in followers ?? [])
            {
                ledger.Submitted.TryAdd(follower, 0);
            }

            return Completed(job, followers is not null);
        }

        try
        {
            if (job.ParentId is not null)
            {
                return await _units.CompleteAsync(job, cancellation);
            }

            if (job.Type == JobType.Hls && random.Next(2) == 0)
            {
                return await _units.ParkAsync(job, cancellation);
            }

            if (subject.PutsFirst)
            {
                await subject.Objects.PutFileAsync(
                    ObjectKey.DerivativePrefix(job.VideoId, job.Id, job.Fence) + Files[0].Name, "", "video/mp4", cancellation);
            }

            await subject.Publisher.PublishAsync(job, Files, null, _ => { }, cancellation);
            return Completed(job, true);
        }
        catch (JobLostException)
        {
            return false;
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "pk_storage_intents" })
        {
            // Published by this very attempt before: no prefix is written twice.
            return false;
        }
    }

    private bool Completed(ClaimedJob job, bool isTaken)
    {
        if (isTaken)
        {
            ledger.Completed.AddOrUpdate((job.Id, job.Fence), 1, (_, n) => n + 1);
        }

        return isTaken;
    }

    private async Task<bool> FailAsync(ClaimedJob job, CancellationToken cancellation)
    {
        var code = random.Next(10) == 0 ? JobErrorCode.Corrupt : JobErrorCode.Internal;
        return await subject.Jobs.FailAsync(job, code, "storm", TimeSpan.FromMilliseconds(random.Next(5)), cancellation) is not null;
    }

    private async Task ReapAsync(CancellationToken cancellation)
    {
        ledger.Transact();
        foreach (var reaped in await subject.Reaper.ReapAsync(cancellation))
        {
            ledger.Transact();
            ledger.Reaped.TryAdd((reaped.Id, reaped.Fence), 0);
        }

        await subject.Units.SettleAsync(null, cancellation);
    }

    private async Task CancelAsync(CancellationToken cancellation)
    {
        if (_held.Count == 0)
        {
            return;
        }

        ledger.Transact();
        var job = _held[random.Next(_held.Count)].Job;
        var jobId = job.ParentId ?? job.Id;
        foreach (var canceled in await subject.Jobs.CancelAsync(jobId, cancellation))
        {
            ledger.Canceled.TryAdd(canceled, 0);
        }
    }

    private async Task DeleteAsync(CancellationToken cancellation)
    {
        ledger.Transact();
        await videos.DeleteOneAsync(random, cancellation);
    }
}
