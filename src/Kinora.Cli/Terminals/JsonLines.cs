using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kinora.Cli.Terminals;

/// <summary>One object a line, told as soon as it is known. What is not ASCII is escaped, so that none of it can do anything to a terminal.</summary>
internal static class JsonLines
{
    public static void Write<T>(T value, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(value, type));
}
