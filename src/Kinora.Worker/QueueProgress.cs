using Kinora.Core.Infra.Queues;
using Kinora.Core.Jobs;

namespace Kinora.Worker;

/// <summary>Shows an attempt's progress to who looks at the queue; the database has it from the beats.</summary>
internal static class QueueProgress
{
    /// <summary>Every progress is an event in BullMQ's bounded stream: one a second at most.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static async Task FollowAsync(Attempt attempt, IQueueDelivery? delivery, CancellationToken cancellation)
    {
        if (delivery is null)
        {
            return;
        }

        var shown = 0;
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                if (attempt.ToBeat().Progress is var progress && progress > shown)
                {
                    shown = progress;
                    await delivery.ReportProgressAsync(progress, cancellation);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or QueueUnavailableException)
        {
            // Only a picture of the progress: nothing depends on it.
        }
    }
}
