using Kinora.Core.Jobs;

namespace Kinora.Worker;

/// <summary>
/// Does one type of job. It completes the job itself, in the transaction that makes its result true, and may run any number of times for
/// one job: it writes only into its own folder and under its own prefix until then.
/// </summary>
internal interface IJobHandler
{
    /// <exception cref="JobLostException">The completion was refused: the job is another attempt's now, or has ended.</exception>
    /// <exception cref="Core.Errors.JobFailedException">It cannot be done; its code tells whether another attempt may help.</exception>
    Task RunAsync(JobContext context, CancellationToken cancellation);
}

/// <param name="Folder">This attempt's scratch folder, empty; removed when the attempt ends.</param>
internal sealed record JobContext(Attempt Attempt, string Folder)
{
    public ClaimedJob Job => Attempt.Job;
}
