using Kinora.Core.Errors;

namespace Kinora.Core.Jobs;

/// <summary>A part of a job that is about to be split.</summary>
/// <param name="Params">JSON; for the one who runs it.</param>
/// <param name="Rank">0 to 2, as <see cref="Job.Rank"/>.</param>
/// <param name="Weight">Its share of the parent's work.</param>
/// <param name="IsLast">It runs when all others have succeeded, and completes the parent.</param>
public sealed record NewUnit(Guid Id, string Params, int Rank, double Weight, bool IsLast);

/// <summary>What settling units has changed.</summary>
public sealed class Settled
{
    /// <summary>Last units whose turn it is: to be handed to the queue.</summary>
    public List<Guid> Woken { get; } = [];

    /// <summary>Parents whose units were canceled: the workers that have them should hear of it.</summary>
    public List<Guid> Canceled { get; } = [];

    /// <summary>What went wrong with single parents, which hold up no others; null: nothing.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Parents that ended with a unit.</summary>
    public List<FailedParent> Failed { get; } = [];
}

/// <summary>A job that a unit of it has failed.</summary>
public sealed record FailedParent(Guid Id, Guid VideoId, JobType Type, JobErrorCode Code);
