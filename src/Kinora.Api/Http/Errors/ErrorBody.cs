using System.Text.Json.Serialization;

namespace Kinora.Api.Http.Errors;

/// <summary>The one shape of every error.</summary>
/// <param name="Details">Of a VALIDATION_ERROR: a list of <see cref="Kinora.Core.Errors.ValidationDetail"/>.</param>
public sealed record ErrorBody(
    string Code,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Details = null);
