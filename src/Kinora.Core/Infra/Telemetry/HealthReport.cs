using System.Text.Json.Serialization;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>What the health routes answer, in both processes.</summary>
/// <param name="Status">
/// "ok"; "degraded": Redis or storage is away, requests are served; "down": the database is away; "stopping": shutting down.
/// </param>
/// <param name="Sandbox">What a worker's ffmpeg is locked up in: "namespaces", "landlock", "calls" or "none"; an API has none.</param>
public sealed record HealthReport(
    string Role, string Status, long UptimeSeconds, string Version, IReadOnlyDictionary<string, HealthCheckReport> Checks,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sandbox = null)
{
    /// <summary>Everything works.</summary>
    [JsonIgnore]
    public bool IsHealthy => Status == "ok";

    /// <summary>May be sent requests.</summary>
    [JsonIgnore]
    public bool IsReady => Status is "ok" or "degraded";
}

/// <param name="Status">"ok" or "down".</param>
public sealed record HealthCheckReport(string Status, double LatencyMs);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthReport))]
public sealed partial class HealthJson : JsonSerializerContext;
