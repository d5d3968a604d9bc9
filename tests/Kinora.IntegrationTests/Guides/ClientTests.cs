using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Guides;

/// <summary>The clients that were built are of the document that is there.</summary>
public sealed class ClientTests
{
    /// <summary>Of the request with two types of body, whose second one is written by hand; and what Kiota renames, since an exception has a message already.</summary>
    private static readonly string[] ByHand = ["FetchRequest", "FetchResponse", "ErrorBody"];

    private static readonly JsonElement Document =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "openapi.v1.json"))).RootElement;

    private static IEnumerable<JsonProperty> Schemas => Document.GetProperty("components").GetProperty("schemas").EnumerateObject()
        .Where(schema => schema.Value.TryGetProperty("properties", out _));

    [Fact]
    public void Each_record_of_the_document_is_a_class_of_the_CSharp_client_with_the_same_members()
    {
        Assert.All(Schemas.Where(schema => !ByHand.Contains(schema.Name) && schema.Name != "HealthCheckReport"), schema =>
        {
            var type = typeof(Client.KinoraClient).Assembly.GetType($"Kinora.Client.Models.{schema.Name}");
            Assert.True(type is not null, schema.Name);
            // Of an answer that may be an error the class is an exception, too, with members of its own.
            var members = type.GetProperties().Where(member => member.GetMethod!.GetBaseDefinition().DeclaringType == type)
                .Select(member => member.Name).Where(name => name != "AdditionalData");
            Assert.Equal(
                schema.Value.GetProperty("properties").EnumerateObject().Select(member => Plain(member.Name)).Order(StringComparer.Ordinal),
                members.Select(Plain).Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public void Each_value_of_an_enumeration_is_one_of_the_CSharp_client()
    {
        foreach (var schema in Document.GetProperty("components").GetProperty("schemas").EnumerateObject().Where(s => s.Value.TryGetProperty("enum", out _)))
        {
            var type = typeof(Client.KinoraClient).Assembly.GetType($"Kinora.Client.Models.{schema.Name}")!;
            var values = type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => field.GetCustomAttribute<System.Runtime.Serialization.EnumMemberAttribute>()!.Value);
            Assert.Equal(schema.Value.GetProperty("enum").EnumerateArray().Select(value => value.GetString()), values);
        }
    }

    [Fact]
    public void Each_path_and_each_record_of_the_document_is_in_the_TypeScript_client()
    {
        var types = File.ReadAllText(Path.Combine(GuideTests.Pages, "..", "node_modules", "@kinora", "client", "dist", "schema.d.ts"));

        Assert.All(Document.GetProperty("paths").EnumerateObject(), path => Assert.Contains($"\"{path.Name}\":", types, StringComparison.Ordinal));
        Assert.All(Schemas, schema =>
        {
            var record = Regex.Match(types, $@"^( +){schema.Name}: \{{\n(.*?)^\1\}};", RegexOptions.Multiline | RegexOptions.Singleline);
            Assert.True(record.Success, schema.Name);
            Assert.Equal(
                schema.Value.GetProperty("properties").EnumerateObject().Select(member => member.Name),
                Regex.Matches(record.Groups[2].Value, $@"^{record.Groups[1].Value}    (\w+)\??: ", RegexOptions.Multiline).Select(member => member.Groups[1].Value));
        });
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
