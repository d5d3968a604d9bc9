using System.Text.Json;
using System.Text.Json.Serialization;
using Kinora.Core.Infra.Media;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;
using Kinora.Core.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Kinora.Core.Infra.Database;

/// <summary>Immutable records kept whole as jsonb: read and written at once, and queried into for the operator's figures alone.</summary>
internal static class JsonColumn
{
    public static void HasJsonColumn<T>(this PropertyBuilder property)
        where T : class =>
        property
            .HasColumnType("jsonb")
            .HasConversion(new ValueConverter<T, string>(
                value => JsonSerializer.Serialize(value, typeof(T), StoredJson.Default),
                text => (T)JsonSerializer.Deserialize(text, typeof(T), StoredJson.Default)!));
}

/// <summary>How records are written into jsonb. Renaming a member of one of them needs a migration of the rows.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(MediaInfo))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(PieceFacts))]
[JsonSerializable(typeof(TextFacts))]
[JsonSerializable(typeof(TranscodePlan))]
[JsonSerializable(typeof(ManifestFile))]
[JsonSerializable(typeof(IReadOnlyList<DeliveryAttempt>))]
[JsonSerializable(typeof(DeliveryAttempt))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, int>))]
internal sealed partial class StoredJson : JsonSerializerContext;
