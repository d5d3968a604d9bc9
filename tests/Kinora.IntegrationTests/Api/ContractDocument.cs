using System.Text.Json;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Api;

/// <summary>The operations of the OpenAPI document under /v1, for tests that are to hold of each, also of those that are yet to come.</summary>
internal static class ContractDocument
{
    private static readonly string[] NoMethods = ["parameters", "summary", "description"];
    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "openapi.v1.json"))).RootElement;

    public static IReadOnlyList<ContractOperation> Operations { get; } =
    [
        .. from path in Root.GetProperty("paths").EnumerateObject()
           where path.Name.StartsWith("/v1/", StringComparison.Ordinal)
           from operation in path.Value.EnumerateObject()
           where !NoMethods.Contains(operation.Name)
           select new ContractOperation(operation.Name.ToUpperInvariant(), path.Name, operation.Value),
    ];

    public static TheoryData<string, string> Where(Func<ContractOperation, bool> condition)
    {
        var data = new TheoryData<string, string>();
        foreach (var operation in Operations.Where(condition))
        {
            data.Add(operation.Method, operation.Path);
        }

        return data;
    }

    /// <summary>The schema of a component, where the other schema refers to one.</summary>
    public static JsonElement Resolve(JsonElement schema) => schema switch
    {
        _ when schema.TryGetProperty("oneOf", out var choices) => Resolve(choices.EnumerateArray().Last()),
        _ when schema.TryGetProperty("$ref", out var name) =>
            Root.GetProperty("components").GetProperty("schemas").GetProperty(name.GetString()!.Split('/')[^1]),
        _ => schema,
    };
}

/// <summary>"POST", "/v1/videos" and what the document says of it.</summary>
internal sealed record ContractOperation(string Method, string Path, JsonElement Document)
{
    public string Name => $"{Method} {Path}";

    /// <summary>Nobody is asked for a token.</summary>
    public bool IsOpen => !Document.TryGetProperty("security", out _);

    public bool TakesForm => Document.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("multipart/form-data", out _);

    /// <summary>The schema of its JSON body; null where it takes none.</summary>
    public JsonElement? JsonBody =>
        Document.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var json)
            ? ContractDocument.Resolve(json.GetProperty("schema"))
            : null;
}
