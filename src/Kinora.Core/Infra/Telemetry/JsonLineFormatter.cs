using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>
/// One event, one line of flat JSON: time, level, message, category, exception, then the event's properties and those of its scopes in
/// camelCase; the event's win over its scopes', inner scopes' over outer ones'. Whatever a user sent stays inside of one JSON string.
/// </summary>
public sealed class JsonLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "kinora";

    private const int StringLimit = 1024;

    // A stack trace cut at 1 KB lacks the frames of ours.
    private const int ExceptionLimit = 16 * 1024;

    // To be pasted into a shell, a command must be whole. Commands are made of our own words and numbers, never of a user's.
    private const int CommandLimit = 8 * 1024;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // Escapes controls (ESC and the C1 set too), quotes and line separators, and leaves letters of all scripts readable. That it
        // leaves "<" alone matters to HTML only.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly HashSet<string> Reserved = ["time", "level", "message", "category", "exception"];

    // ASP.NET's own scopes: the path may hold a playback signature, the others say nothing that requestId does not.
    private static readonly HashSet<string> Dropped = ["requestPath", "connectionId", "{OriginalFormat}"];

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", logEntry.LogLevel.ToString());
            json.WriteString("message", Cut(logEntry.Formatter(logEntry.State, logEntry.Exception), StringLimit));
            json.WriteString("category", logEntry.Category);
            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", Cut(exception.ToString(), ExceptionLimit));
            }

            foreach (var (name, value) in Properties(logEntry.State, scopeProvider))
            {
                WriteProperty(json, name, value);
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static Dictionary<string, object> Properties(object? state, IExternalScopeProvider? scopes)
    {
        var properties = new Dictionary<string, object>();
        scopes?.ForEachScope(Add, properties);
        Add(state, properties);
        return properties;
    }

    private static void Add(object? source, Dictionary<string, object> properties)
    {
        if (source is not IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            return;
        }

        foreach (var (key, value) in pairs)
        {
            if (value is null || key.Length == 0)
            {
                continue;
            }

            var name = JsonNamingPolicy.CamelCase.ConvertName(key);
            if (!Dropped.Contains(name))
            {
                properties[Reserved.Contains(name) ? name + "_" : name] = value;
            }
        }
    }

    private static void WriteProperty(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int or long or short or byte or uint:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, Math.Round(number, 3));
                break;
            default:
                var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
                json.WriteString(name, Cut(text, name == "command" ? CommandLimit : StringLimit));
                break;
        }
    }

    private static ReadOnlySpan<char> Cut(string? text, int limit)
    {
        if (text is null || text.Length <= limit)
        {
            return text;
        }

        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit), "…");
    }
}
