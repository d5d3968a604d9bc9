using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Planning;
using Kinora.Core.Transcoding.Steps;

namespace Kinora.Core.Transcoding.Units;

/// <summary>One attempt at a unit.</summary>
/// <param name="Plan">Of the whole job, with spans.</param>
/// <param name="ParentFence">Of the attempt that planned: the edition of what the job publishes.</param>
/// <param name="Folder">The attempt's scratch folder.</param>
public sealed record UnitContext(Attempt Attempt, HlsSource Source, TranscodePlan Plan, long ParentFence, UnitParams What, string Folder);

/// <summary>Does one kind of unit, and completes it.</summary>
public interface IHlsUnit
{
    Task RunAsync(UnitContext context, CancellationToken cancellation);
}
