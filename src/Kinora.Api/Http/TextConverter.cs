using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kinora.Api.Http;

/// <summary>
/// Text that PostgreSQL can store: without U+0000, which JSON can spell and a text column cannot hold. (Invalid UTF-8 and lone surrogates
/// are refused by the reader itself.)
/// </summary>
internal sealed class TextConverter : JsonConverter<string>
{
    public const string NulMessage = "must not contain U+0000";

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException();
        }

        var text = reader.GetString()!;
        return text.Contains('\0', StringComparison.Ordinal) ? throw new JsonException(NulMessage) : text;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
