using System.Text.Json;

namespace Kinora.IntegrationTests.Sequence;

internal static class JsonText
{
    /// <summary>The member's text, or null.</summary>
    public static string? Text(this JsonElement element, string name) => element.GetProperty(name).GetString();
}
