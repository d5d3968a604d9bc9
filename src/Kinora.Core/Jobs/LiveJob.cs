namespace Kinora.Core.Jobs;

/// <summary>The details of a CONFLICT with a job that is under way.</summary>
public sealed record LiveJob(Guid JobId);
