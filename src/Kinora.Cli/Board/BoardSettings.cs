using System.Text.Json.Serialization;

namespace Kinora.Cli.Board;

/// <summary>What node/board.mjs is told.</summary>
/// <param name="Port">Of the page; 0: a free one.</param>
internal sealed record BoardSettings(int Port, IReadOnlyList<string> Queues, string Prefix, BoardRedis Redis);

internal sealed record BoardRedis(string Host, int Port, string? Username, string? Password, bool Tls);

[JsonSerializable(typeof(BoardSettings))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class BoardJson : JsonSerializerContext;
