using System.Text.Json;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Security.RandomRequests;

/// <summary>An operation of the OpenAPI document.</summary>
/// <param name="Parameters">Of path, query and headers.</param>
/// <param name="Body">By media type; a schema of the whole document.</param>
/// <param name="Statuses">That it may answer.</param>
internal sealed record ApiOperation(
    string Method, string Path, IReadOnlyList<JsonElement> Parameters, IReadOnlyDictionary<string, JsonElement> Body, IReadOnlySet<int> Statuses)
{
    private static readonly JsonElement Document =
        JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(Repository.Root, "docs", "openapi.v1.json"))).RootElement;

    /// <summary>All that are called with a method of HTTP.</summary>
    public static IReadOnlyList<ApiOperation> All { get; } =
    [
        .. from path in Document.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           where operation.Name is not ("parameters" or "summary" or "description")
           select Of(operation.Name.ToUpperInvariant(), path.Name, operation.Value, path.Value),
    ];

    /// <summary>What a reference stands for.</summary>
    public static JsonElement Resolve(JsonElement schema)
    {
        while (schema.TryGetProperty("$ref", out var reference))
        {
            schema = reference.GetString()!.Split('/').Skip(1).Aggregate(Document, (element, name) => element.GetProperty(name));
        }

        return schema;
    }

    public override string ToString() => $"{Method} {Path}";

    private static ApiOperation Of(string method, string path, JsonElement operation, JsonElement item) => new(
        method,
        path,
        [.. new[] { operation, item }.SelectMany(ParametersOf).Select(Resolve)],
        operation.TryGetProperty("requestBody", out var body)
            ? Resolve(body).GetProperty("content").EnumerateObject().ToDictionary(c => c.Name, c => c.Value.TryGetProperty("schema", out var schema) ? schema : default)
            : new Dictionary<string, JsonElement>(),
        operation.GetProperty("responses").EnumerateObject().Where(r => char.IsDigit(r.Name[0])).Select(r => int.Parse(r.Name, null)).ToHashSet());

    private static JsonElement[] ParametersOf(JsonElement of) =>
        of.TryGetProperty("parameters", out var parameters) ? [.. parameters.EnumerateArray()] : [];
}
