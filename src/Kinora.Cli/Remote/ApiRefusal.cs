using System.Net;
using System.Text.Json;
using Kinora.Cli.Terminals;

namespace Kinora.Cli.Remote;

/// <summary>The API has answered, and not with what was asked for.</summary>
/// <param name="code">The API's own, or "HTTP 502".</param>
/// <param name="retryAfter">When it wants to be asked again.</param>
internal sealed class ApiRefusal(string what, HttpStatusCode status, string code, string reason, TimeSpan? retryAfter)
    : CommandFailure(TerminalText.Clean($"{what} was refused: {code}{(reason.Length > 0 ? ": " : "")}{reason}"), ExitCodeOf(status))
{
    private const int FirstOfServer = 500;

    public HttpStatusCode Status => status;

    public string Code => code;

    public string Reason => TerminalText.Clean(reason);

    public TimeSpan? RetryAfter => retryAfter;

    /// <param name="what">Was asked for.</param>
    /// <param name="body">May be that of a proxy, and anything.</param>
    public static ApiRefusal Of(string what, HttpResponseMessage answer, string body)
    {
        var error = Parse(body);
        var reason = answer.Headers.Location is { } elsewhere && (int)answer.StatusCode is >= 300 and < 400
            ? $"the server is at {elsewhere}: log in there with `kinora login --server`."
            : error?.Message ?? "";
        if (error?.Details is { ValueKind: JsonValueKind.Array } details)
        {
            reason = string.Join(' ', [reason, .. details.EnumerateArray().Select(Describe)]).Trim();
        }

        return new ApiRefusal(what, answer.StatusCode, error?.Code ?? $"HTTP {(int)answer.StatusCode}", reason, ApiConnection.RetryAfterOf(answer));
    }

    private static int ExitCodeOf(HttpStatusCode status) => (int)status >= FirstOfServer ? Unreachable : Refused;

    private static string Describe(JsonElement detail) =>
        detail.ValueKind == JsonValueKind.Object && detail.TryGetProperty("path", out var path) && detail.TryGetProperty("message", out var message)
            ? $"{path}: {message}"
            : "";

    private static ErrorAnswer? Parse(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ApiJson.Default.ErrorAnswer) is { Code: not null } error ? error : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
