using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kinora.Benchmarks.Suites.Jobs;

/// <summary>What a consumer is asked for: so many no-op jobs of a queue, so many at a time.</summary>
/// <param name="TellsEach">A line for each job, once it is done.</param>
internal sealed record ConsumeRequest(string Queue, int Count, int Concurrency, bool TellsEach);

/// <summary>What a consumer says; times are nanoseconds of CLOCK_MONOTONIC.</summary>
/// <param name="Event">"ready": it waits for jobs; "job": one is done; "done": all are.</param>
/// <param name="StartedNs">When the job's handler began.</param>
/// <param name="FirstNs">When the first handler began.</param>
/// <param name="LastNs">When the last job was done.</param>
internal sealed record ConsumerLine(string Event, long StartedNs = 0, long FirstNs = 0, long LastNs = 0);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ConsumeRequest))]
[JsonSerializable(typeof(ConsumerLine))]
internal sealed partial class ConversationJson : JsonSerializerContext;
