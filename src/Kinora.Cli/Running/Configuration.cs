using System.Collections;
using System.Text.Json;

namespace Kinora.Cli.Running;

/// <summary>
/// What the user configured, as the variables that our programs read: the environment, then the data folder's appsettings.json.
/// Names of configuration are compared as .NET does, without regard to case.
/// </summary>
internal sealed class Configuration
{
    private readonly Dictionary<string, string> _variables;
    private readonly Dictionary<string, string> _byName = new(StringComparer.OrdinalIgnoreCase);

    private Configuration(Dictionary<string, string> environment, IEnumerable<KeyValuePair<string, string>> settings)
    {
        _variables = new Dictionary<string, string>(environment);
        foreach (var (name, value) in environment)
        {
            _byName[name] = value;
        }

        foreach (var (name, value) in settings.Where(s => !_byName.ContainsKey(s.Key)))
        {
            _variables[name] = value;
            _byName[name] = value;
        }
    }

    public static Configuration Read(DataFolder folder)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "");
        return new Configuration(environment, File.Exists(folder.AppSettings) ? ReadFile(folder.AppSettings) : []);
    }

    public string? this[string name] => _byName.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public bool HasSection(string prefix) => _byName.Keys.Any(k => k.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>All variables for a program of ours, with values of ours where the user has set none.</summary>
    public Dictionary<string, string> With(IReadOnlyDictionary<string, string> ours)
    {
        var all = new Dictionary<string, string>(_variables);
        foreach (var (name, value) in ours.Where(o => this[o.Key] is null))
        {
            all[name] = value;
        }

        return all;
    }

    private static IEnumerable<KeyValuePair<string, string>> ReadFile(string path)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            using var document = JsonDocument.Parse(File.ReadAllText(path), options);
            return [.. Flatten(document.RootElement, "")];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{path} cannot be read: {e.Message}");
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Flatten(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Flatten(p.Value, Join(path, p.Name))),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Flatten(item, Join(path, $"{index}"))),
        JsonValueKind.Null => [],
        _ => [new KeyValuePair<string, string>(path, element.ToString())],
    };

    private static string Join(string path, string name) => path.Length == 0 ? Separated(name) : $"{path}__{Separated(name)}";

    private static string Separated(string name) => name.Replace(":", "__", StringComparison.Ordinal);
}
