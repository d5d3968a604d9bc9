using Kinora.Core.Events;

namespace Kinora.Api.Http.Events;

/// <summary>The part of the log that somebody follows.</summary>
/// <param name="ReadAsync">The events behind a number, in order, so many at most.</param>
/// <param name="NumberOf">By which it is ordered.</param>
/// <param name="IsLast">Nothing comes behind it that its reader may see.</param>
internal sealed record EventSource(
    Func<long, int, CancellationToken, Task<IReadOnlyList<Event>>> ReadAsync, Func<Event, long> NumberOf, Func<Event, bool> IsLast);
