using System.Runtime.CompilerServices;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Jobs;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Infra.Storage.Audit;

/// <summary>
/// The store against the rows, both ways: its listing and the objects that rows expect, both in the order of their keys, are merged as they
/// come, so that memory does not grow with either. What seems wrong is asked again (<see cref="SecondLook"/>) before it is a finding, so it
/// may run beside uploads, jobs and deletes.
/// </summary>
public sealed class StoreAudit
{
    private readonly IObjectStore _objects;
    private readonly UnfinishedPuts _puts;
    private readonly ExpectedObjects _expected;
    private readonly IntentAudit _intents;
    private readonly SecondLook _look;
    private readonly StoreRepair _repair;

    public StoreAudit(NpgsqlDataSource source, IObjectStore objects, UnfinishedPuts puts, IOptions<JobOptions> jobs, TimeProvider time)
    {
        (_objects, _puts) = (objects, puts);
        _expected = new ExpectedObjects(source);
        _intents = new IntentAudit(source);
        _look = new SecondLook(source, objects);
        _repair = new StoreRepair(source, objects, puts, _look, jobs, time);
    }

    /// <summary>Each finding as it is met, with what became of its repair.</summary>
    /// <param name="tally">Counts what was looked at.</param>
    /// <exception cref="StorageException">The store cannot be read: what was found until then is true.</exception>
    public async IAsyncEnumerable<Finding> RunAsync(
        AuditScope scope, AuditTally tally, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The intents first: objects under one that is doomed now are the collector's, and no finding each.
        await foreach (var anomaly in _intents.ListAsync(cancellation))
        {
            yield return scope.Repair == AuditRepair.All ? await _intents.RepairAsync(anomaly, cancellation) : anomaly.Finding;
        }

        await foreach (var finding in MergeAsync(scope, tally, cancellation))
        {
            yield return finding;
        }

        await foreach (var put in _puts.FindAbandonedAsync(cancellation))
        {
            var finding = new Finding(FindingKind.UnfinishedUpload, put.Key ?? put.Id, null, $"not written to since {put.StartedAt:u}");
            yield return await _repair.AbortAsync(finding, put, scope.Repair, cancellation);
        }
    }

    private async IAsyncEnumerable<Finding> MergeAsync(
        AuditScope scope, AuditTally tally, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var stored = _objects.ListAsync("", cancellation).GetAsyncEnumerator(cancellation);
        await using var expected = _expected.ListAsync(cancellation).GetAsyncEnumerator(cancellation);
        var (hasStored, hasExpected) = (await stored.MoveNextAsync(), await expected.MoveNextAsync());
        while (hasStored || hasExpected)
        {
            cancellation.ThrowIfCancellationRequested();
            var order = !hasStored ? 1 : !hasExpected ? -1 : string.CompareOrdinal(stored.Current.Key, expected.Current.Key);
            if (order <= 0)
            {
                tally.Add(stored.Current);
            }

            var finding = order < 0
                ? await JudgeUnknownAsync(stored.Current, scope, cancellation)
                : await JudgeExpectedAsync(order == 0 ? stored.Current : null, expected.Current, scope, cancellation);
            if (finding is not null)
            {
                yield return finding;
            }

            hasStored = order > 0 ? hasStored : await stored.MoveNextAsync();
            hasExpected = order < 0 ? hasExpected : await expected.MoveNextAsync();
        }
    }

    private async Task<Finding?> JudgeUnknownAsync(ObjectInfo info, AuditScope scope, CancellationToken cancellation)
    {
        // What no store of ours would take as a key was put there by somebody else: it can be told, not removed.
        if (ObjectKey.IsPossible(info.Key) && !await _look.IsUnknownAsync(info.Key, cancellation))
        {
            return null;
        }

        var finding = new Finding(FindingKind.UnknownObject, info.Key, null, $"{info.Length} bytes of {info.LastModified:u} that no row knows");
        return await _repair.RemoveAsync(finding, info, scope, cancellation);
    }

    private async Task<Finding?> JudgeExpectedAsync(
        ObjectInfo? info, ExpectedObject expected, AuditScope scope, CancellationToken cancellation)
    {
        if (expected.Derivative is { IsReplaced: true } || (info?.Length == expected.SizeBytes && !scope.Checksums))
        {
            return null;
        }

        if (await _look.JudgeAsync(expected, scope.Checksums, cancellation) is not { } wrong)
        {
            return null;
        }

        var detail = wrong switch
        {
            FindingKind.MissingObject => $"{expected.Role}: not in the store",
            FindingKind.WrongSize => $"{expected.Role}: not the {expected.SizeBytes} bytes that were stored",
            FindingKind.UnreadableObject => $"{expected.Role}: its bytes cannot be read",
            _ => $"{expected.Role}: other bytes than were stored",
        };
        return await _repair.MakeAgainAsync(new Finding(wrong, expected.Key, expected.VideoId, detail), expected, scope.Repair, cancellation);
    }
}
