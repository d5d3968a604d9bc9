using System.Text.Json;
using Kinora.Api;
using Kinora.Api.Http.OpenApi;

namespace Kinora.Tests.Api;

public sealed class OpenApiDocumentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_in_the_repository_is_the_one_that_the_API_serves()
    {
        var committed = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(), "docs", "openapi.v1.json"), Cancellation);

        Assert.True(
            committed == await GenerateAsync(),
            "docs/openapi.v1.json is not up to date: dotnet run --project src/Kinora.Api -- openapi > docs/openapi.v1.json");
    }

    [Fact]
    public async Task Every_operation_documents_itself_and_its_errors()
    {
        var document = JsonDocument.Parse(await GenerateAsync()).RootElement;

        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject(), (path, operation) =>
            (Name: $"{operation.Name} {path.Name}", operation.Value));
        Assert.All(operations, operation =>
        {
            Assert.True(operation.Value.TryGetProperty("summary", out _), $"{operation.Name} has no summary");
            Assert.True(operation.Value.TryGetProperty("tags", out _), $"{operation.Name} has no tag");
            var statuses = operation.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name).ToList();
            Assert.Contains("500", statuses);
            Assert.Contains("503", statuses);

            // Who logs in, or shows a signature, may be refused for that, and has no token.
            var isOfCredentials = operation.Name.Contains("/auth/", StringComparison.Ordinal) || operation.Name == "get /oembed";
            Assert.Equal(operation.Value.TryGetProperty("security", out _), statuses.Contains("401") && !isOfCredentials);
        });
    }

    [Fact]
    public async Task Every_member_of_a_schema_has_a_type()
    {
        var document = JsonDocument.Parse(await GenerateAsync()).RootElement;

        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject().Where(s => s.Name != "ErrorBody"))
        {
            foreach (var member in schema.Value.TryGetProperty("properties", out var members) ? members.EnumerateObject() : [])
            {
                var isTyped = (string[])["type", "$ref", "oneOf", "anyOf", "allOf", "enum"];
                Assert.True(isTyped.Any(keyword => member.Value.TryGetProperty(keyword, out _)), $"{schema.Name}.{member.Name} has no type");
            }
        }
    }

    private static async Task<string> GenerateAsync()
    {
        await using var text = new StringWriter { NewLine = "\n" };
        await OpenApiCommand.WriteAsync(text, [], Cancellation);
        return text.ToString();
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kinora.slnx")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/'))!;
        }

        return folder;
    }
}
