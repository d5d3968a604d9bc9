using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Database;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Planning;
using Kinora.Core.Transcoding.Steps;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Kinora.Core.Transcoding.Units;

/// <summary>Finds the plan that a unit is a part of, and does it.</summary>
public sealed partial class HlsUnitRunner(
    IDbContextFactory<KinoraDb> databases,
    EncodeSpan encodeSpan,
    FollowTrack followTrack,
    PublishText publishText,
    PublishHls publishHls,
    HlsUnits units,
    JobDispatcher dispatcher,
    ILogger<HlsUnitRunner> logger)
{
    public async Task RunAsync(Attempt attempt, HlsSource source, string folder, CancellationToken cancellation)
    {
        var (fence, plan) = await FindPlanAsync(attempt.Job, source, cancellation);
        var what = UnitParams.Parse(attempt.Job.Params);
        IHlsUnit unit = what.Unit switch
        {
            UnitKind.Span => encodeSpan,
            UnitKind.Copy or UnitKind.Audio => followTrack,
            UnitKind.Text => publishText,
            UnitKind.Publish => publishHls,
            _ => throw new InvalidOperationException($"There is no unit {what.Unit}."),
        };
        try
        {
            await unit.RunAsync(new UnitContext(attempt, source, plan, fence, what, folder), cancellation);
        }
        catch (NotAsPlannedException e) when (e.IsCertain || attempt.Job.Attempt > 1 || attempt.Job.IsLastAttempt)
        {
            await ReplanAsync(attempt.Job, e, cancellation);

            // The unit is gone with the plan that it was a part of.
            throw new JobLostException();
        }
        catch (NotAsPlannedException e)
        {
            throw new JobFailedException(JobErrorCode.Internal, e.Message, e);
        }
    }

    private async Task<(long Fence, TranscodePlan Plan)> FindPlanAsync(ClaimedJob unit, HlsSource source, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var parent = await db.Jobs.AsNoTracking()
            .Where(j => j.Id == unit.ParentId)
            .Select(j => new { j.Fence, j.Plan })
            .FirstOrDefaultAsync(cancellation) ?? throw new JobLostException();
        return (parent.Fence!.Value, JsonSerializer.Deserialize(parent.Plan!, StoredJson.Default.TranscodePlan)! with { Info = source.Info });
    }

    private async Task ReplanAsync(ClaimedJob unit, NotAsPlannedException reason, CancellationToken cancellation)
    {
        if (await units.ReplanAsync(unit, reason.Avoid, cancellation))
        {
            LogReplan(reason.Avoid, reason.Message);
            await dispatcher.DispatchAsync(unit.ParentId!.Value, CancellationToken.None);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The job is planned anew without {avoid}: {reason}")]
    private partial void LogReplan(string avoid, string reason);
}
