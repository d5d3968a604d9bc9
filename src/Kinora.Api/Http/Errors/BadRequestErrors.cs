using System.Text.Json;
using System.Text.RegularExpressions;
using Kinora.Core.Errors;

namespace Kinora.Api.Http.Errors;

/// <summary>
/// What is wrong with a request that could not be bound. The framework says it in English sentences only, which name .NET types: they are
/// taken apart here (tests hold each of them) and never sent.
/// </summary>
internal static partial class BadRequestErrors
{
    private const string Body = "body";

    public static ErrorResult Of(BadHttpRequestException exception) => exception switch
    {
        { InnerException: JsonException json } => new ErrorResult(Refusal.Validation(DetailsOf(json))),
        { StatusCode: StatusCodes.Status400BadRequest } when Parameter().Match(exception.Message) is { Success: true } match =>
            new ErrorResult(Refusal.Validation(JsonNamingPolicy.CamelCase.ConvertName(match.Groups["name"].Value), MessageOf(exception))),
        { StatusCode: StatusCodes.Status400BadRequest } when exception.Message.Contains("body", StringComparison.OrdinalIgnoreCase) =>
            new ErrorResult(Refusal.Validation(Body, "cannot be read, or is missing")),
        _ => StatusErrors.Of(exception.StatusCode),
    };

    private static string MessageOf(BadHttpRequestException exception) =>
        exception.Message.StartsWith("Required", StringComparison.Ordinal) ? "is required" : "has a wrong form";

    private static IReadOnlyList<ValidationDetail> DetailsOf(JsonException json)
    {
        var path = PathOf(json);
        if (json.InnerException is JsonException)
        {
            return [new ValidationDetail(path, "is not valid JSON")];
        }

        if (json.Message.Contains("missing required properties", StringComparison.Ordinal))
        {
            var prefix = path == Body ? string.Empty : path + ".";
            return [.. Quoted().Matches(MissingList(json.Message)).Select(m => new ValidationDetail(prefix + m.Groups["name"].Value, "is required"))];
        }

        return [new ValidationDetail(path, Reason(json))];
    }

    private static string Reason(JsonException json) => json.Message switch
    {
        var m when m.Contains("could not be mapped", StringComparison.Ordinal) => "is not a member of this request",
        var m when m.Contains("Duplicate property", StringComparison.Ordinal) => "stands more than once",
        var m when m.Contains(TextConverter.NulMessage, StringComparison.Ordinal) => TextConverter.NulMessage,
        _ when json.InnerException is InvalidOperationException or ArgumentException => "is not valid Unicode, or of the wrong type",
        _ => "has the wrong type",
    };

    /// <summary>The names come after the type's name, which may be quoted as well.</summary>
    private static string MissingList(string message) => message[(message.IndexOf("including", StringComparison.Ordinal) is var i and >= 0 ? i : 0)..];

    /// <summary>"$.renditions[0]" → "renditions[0]".</summary>
    private static string PathOf(JsonException json) => json.Path is null or "" or "$" ? Body : json.Path.TrimStart('$').TrimStart('.');

    [GeneratedRegex("""parameter "(?:[^"]+ )?(?<name>\w+)"|parameter '(?<name>\w+)'""", RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();

    [GeneratedRegex("'(?<name>[^']+)'", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
