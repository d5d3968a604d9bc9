using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kinora.Core.Transcoding.Units;

/// <summary>What a unit of an HLS job is to do.</summary>
public enum UnitKind
{
    /// <summary>The source's own pictures, in one rendition.</summary>
    Copy,

    /// <summary>One audio track.</summary>
    Audio,

    /// <summary>All text tracks.</summary>
    Text,

    /// <summary>One span of all renditions that are encoded.</summary>
    Span,

    /// <summary>The last one: the playlists, and the verification of the whole.</summary>
    Publish,
}

/// <summary>A unit's parameters, as its row has them.</summary>
/// <param name="Number">Of the span or the audio track, in the plan; else 0.</param>
public sealed record UnitParams(UnitKind Unit, int Number)
{
    public static UnitParams Parse(string json) => JsonSerializer.Deserialize(json, UnitJson.Default.UnitParams)!;

    public string ToJson() => JsonSerializer.Serialize(this, UnitJson.Default.UnitParams);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(UnitParams))]
internal sealed partial class UnitJson : JsonSerializerContext;
