using System.Text.Json;
using System.Text.Json.Nodes;
using Kinora.Benchmarks.Harness;

namespace Kinora.Benchmarks.Reports;

/// <summary>All values of all rounds, for machines.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Write(Machine machine, DateTimeOffset time, IEnumerable<SuiteResult> results) => new JsonObject
    {
        ["measuredAt"] = time,
        ["machine"] = JsonSerializer.SerializeToNode(machine, JsonSerializerOptions.Web),
        ["suites"] = new JsonArray([.. results.Select(Of)]),
    }.ToJsonString(Indented);

    private static JsonObject Of(SuiteResult result) => new()
    {
        ["name"] = result.Suite,
        ["comparisons"] = new JsonArray([.. result.Comparisons.Select(Of)]),
        ["contenders"] = new JsonArray([.. result.Contenders.Select(c => new JsonObject
        {
            ["name"] = c.Name,
            ["rounds"] = new JsonArray([.. c.Rounds.Select(Of)]),
        })]),
    };

    private static JsonObject Of(ComparisonResult result) => new()
    {
        ["name"] = result.Comparison.Name,
        ["figure"] = JsonNamingPolicy.CamelCase.ConvertName($"{result.Comparison.Figure}"),
        ["result"] = result.Value,
        ["wanted"] = result.Comparison.Goal?.ToString(),
        ["isKept"] = result.IsKept,
        ["unit"] = result.Unit,
        ["of"] = result.Comparison.Of,
        ["ofSpread"] = JsonSerializer.SerializeToNode(result.Of, JsonSerializerOptions.Web),
        ["to"] = result.Comparison.To,
        ["toSpread"] = result.To is { } other ? JsonSerializer.SerializeToNode(other, JsonSerializerOptions.Web) : null,
    };

    private static JsonObject Of(Measured round) => new()
    {
        ["values"] = new JsonArray([.. round.Values.Select(v => new JsonObject { ["metric"] = v.Key.Name, ["unit"] = v.Key.Unit, ["value"] = v.Value })]),
        ["processes"] = JsonSerializer.SerializeToNode(round.Processes, JsonSerializerOptions.Web),
    };
}
