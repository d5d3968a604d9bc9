using Kinora.Core.Jobs;

namespace Kinora.Core.Events;

/// <param name="Progress">0 to 100.</param>
/// <param name="OutTimeMs">How far into the video the work has come.</param>
public sealed record JobProgress(Guid JobId, Guid VideoId, JobType Type, int Progress, long? OutTimeMs);
