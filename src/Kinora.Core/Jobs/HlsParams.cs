using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kinora.Core.Jobs;

/// <summary>What a transcode was asked for.</summary>
/// <param name="Renditions">Names ("720p"), the largest first; null: the whole ladder.</param>
public sealed record HlsParams(IReadOnlyList<string>? Renditions)
{
    public static HlsParams Default { get; } = new((IReadOnlyList<string>?)null);

    public static HlsParams Parse(string json) => JsonSerializer.Deserialize(json, JobJson.Default.HlsParams) ?? Default;

    /// <summary>Canonical: the same request always gives the same text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JobJson.Default.HlsParams);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HlsParams))]
[JsonSerializable(typeof(QueuedJob))]
internal sealed partial class JobJson : JsonSerializerContext;

/// <summary>The data of a message in the queue: an id to look up, and the request id for who looks at the queue.</summary>
internal sealed record QueuedJob(Guid JobId, string? RequestId);
