using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kinora.IntegrationTests.Security.RandomRequests;

/// <summary>Values for schemas: most as they are asked for, some of them at their limits, the others as nobody asks for.</summary>
internal sealed class RandomValues(Random random)
{
    private const int MaxDepth = 4;

    private static readonly string[] Nasty =
    [
        "", " ", "\0", "a\0b", "\u001b[31m", "\r\nSet-Cookie: x=1", "../../etc/passwd", "..%2f..%2fetc", "%00", "%", "%zz", "%c0%ae", "null", "undefined", "NaN", "-1", "0", "1e309",
        "9223372036854775808", "18446744073709551616", "' OR 1=1 --", "\"; DROP TABLE videos; --", "{{7*7}}", "${jndi:ldap://127.0.0.1/x}", "<script>alert(1)</script>", "$(reboot)", "`id`",
        "-i", "--help", "a,b;c=d", "\ud800", "\u202e", "🎬", "ａｄｍｉｎ", "İ", "ß", new string('a', 300), new string('9', 400), new string('[', 2000), "true", "[]", "{}", "video\u0000.mp4", "C:\\x", "\\\\host\\x",
    ];

    public T Pick<T>(params IReadOnlyList<T> among) => among[random.Next(among.Count)];

    /// <summary>Whether something of this probability happens.</summary>
    public bool Chance(double probability) => random.NextDouble() < probability;

    public int Next(int below) => random.Next(below);

    public string NastyText() => Chance(0.1) ? new string(Pick('x', '\u00e9', '%'), Pick(1000, 5000, 9000)) : Pick(Nasty);

    public byte[] NoiseBytes(int most)
    {
        var bytes = new byte[random.Next(most)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Of a parameter: as text.</summary>
    public string TextOf(JsonElement schema) => Chance(0.35) ? NastyText() : Of(schema)?.ToString() ?? "null";

    public JsonNode? Of(JsonElement schema, int depth = 0)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            return Anything(depth);
        }

        schema = ApiOperation.Resolve(schema);
        if (Chance(0.12))
        {
            return Anything(depth);
        }

        if (schema.TryGetProperty("enum", out var values))
        {
            return Pick([.. values.EnumerateArray().Select(v => v.ToString())]);
        }

        return TypeOf(schema) switch
        {
            "object" => ObjectOf(schema, depth),
            "array" => new JsonArray([.. Enumerable.Range(0, Pick(0, 1, 2, 5, 200)).Select(_ => Of(Items(schema), depth + 1))]),
            "integer" or "number" => NumberOf(schema),
            "boolean" => Chance(0.5),
            _ => StringOf(schema),
        };
    }

    private static string? TypeOf(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? schema.TryGetProperty("properties", out _) ? "object" : null
        : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()).FirstOrDefault(t => t != "null") : type.GetString();

    private static JsonElement Items(JsonElement schema) => schema.TryGetProperty("items", out var items) ? items : default;

    private JsonObject ObjectOf(JsonElement schema, int depth)
    {
        var made = new JsonObject();
        foreach (var member in schema.TryGetProperty("properties", out var members) ? [.. members.EnumerateObject()] : (JsonProperty[])[])
        {
            if (!Chance(0.1))
            {
                made[member.Name] = Of(member.Value, depth + 1);
            }
        }

        if (Chance(0.08))
        {
            made[Pick("isAdmin", "ownerId", "__proto__", "", "$ne", "id")] = Anything(depth + 1);
        }

        return made;
    }

    private JsonNode NumberOf(JsonElement schema)
    {
        var (least, most) = (Limit(schema, "minimum", 0), Limit(schema, "maximum", 1000));
        return Pick(least, most, least - 1, most + 1, least + random.Next(100));
    }

    private string StringOf(JsonElement schema)
    {
        var format = schema.TryGetProperty("format", out var f) ? f.GetString() : null;
        var (least, most) = ((int)Limit(schema, "minLength", 0), (int)Limit(schema, "maxLength", 40));
        return format switch
        {
            "uuid" => Guid.CreateVersion7().ToString(),
            "email" => $"r{random.Next()}@example.org",
            _ => Chance(0.25) ? NastyText() : new string('x', Math.Max(0, Pick(least, most, least - 1, most + 1, (least + most) / 2))),
        };
    }

    private static long Limit(JsonElement schema, string name, long otherwise) =>
        schema.TryGetProperty(name, out var limit) && limit.ValueKind == JsonValueKind.Number ? limit.GetInt64() : otherwise;

    private JsonNode? Anything(int depth) => random.Next(9) switch
    {
        0 => null,
        1 => true,
        2 => random.Next(),
        3 => -1,
        4 => 1e300,
        5 => new JsonArray(),
        6 => depth > MaxDepth ? new JsonObject() : new JsonObject { [NastyText()] = Anything(depth + 1) },
        7 => Nested(80),
        _ => NastyText(),
    };

    private static JsonArray Nested(int depth) => depth == 0 ? [] : new JsonArray(Nested(depth - 1));
}
