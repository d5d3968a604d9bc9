using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>
/// What must be true of a deployment whatever happens to it, as queries and comparisons with the store; each violation is a line that
/// begins with the invariant's name ("J2: ...") and names the rows. <see cref="AlwaysAsync"/> may run in the middle of a storm (while
/// PostgreSQL answers), <see cref="AtRestAsync"/> once all jobs have ended, a worker lives and what was left behind has been collected.
/// J7 asks for a queue that can be reached: leave its lines out while Redis is away.
/// </summary>
public static class Invariants
{
    public static async Task<IReadOnlyList<string>> AlwaysAsync(Deployment deployment, Witness witness, CancellationToken cancellation)
    {
        var options = deployment.JobOptions;
        return
        [
            .. await RowInvariants.AlwaysAsync(deployment.Database, options, cancellation),
            .. await WitnessInvariants.AlwaysAsync(deployment.Database, witness, cancellation),
            .. await ObjectInvariants.AlwaysAsync(deployment, cancellation),
            .. await ProcessInvariants.AlwaysAsync(deployment, options, cancellation),
        ];
    }

    public static async Task<IReadOnlyList<string>> AtRestAsync(Deployment deployment, Witness witness, CancellationToken cancellation) =>
    [
        .. await AlwaysAsync(deployment, witness, cancellation),
        .. await RowInvariants.AtRestAsync(deployment.Database, cancellation),
        .. await WitnessInvariants.AtRestAsync(deployment.Database, witness, cancellation),
        .. await ObjectInvariants.AtRestAsync(deployment, cancellation),
        .. await ProcessInvariants.AtRestAsync(deployment, cancellation),
        .. await ServedInvariants.AtRestAsync(deployment, witness, cancellation),
    ];

    /// <summary>Waits until what was left behind is collected, so that there is nothing that only has not been collected yet.</summary>
    /// <returns>As <see cref="AtRestAsync"/>, of the last look.</returns>
    public static async Task<IReadOnlyList<string>> SettleAsync(
        Deployment deployment, Witness witness, TimeSpan patience, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var violations = await AtRestAsync(deployment, witness, cancellation);
            if (violations.Count == 0 || TimeProvider.System.GetElapsedTime(started) > patience)
            {
                return violations;
            }

            await Task.Delay(250, cancellation);
        }
    }
}
