using System.Text;
using Kinora.Core.Errors;

namespace Kinora.Api.Http.Errors;

/// <summary>
/// Where the framework would write problem details (unknown routes, wrong methods, failed validation) it writes the envelope. Registered
/// before AddProblemDetails(): the first writer that can, does; and this one always can, whatever the client accepts.
/// </summary>
internal sealed class EnvelopeWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        // Validation leaves the problem's own status null: the response's is the one that counts.
        var result = context.ProblemDetails is HttpValidationProblemDetails invalid
            ? new ErrorResult(Refusal.Validation(DetailsOf(invalid)))
            : StatusErrors.Of(context.HttpContext.Response.StatusCode);
        return new ValueTask(result.ExecuteAsync(context.HttpContext));
    }

    private static List<ValidationDetail> DetailsOf(HttpValidationProblemDetails invalid) =>
        [.. from error in invalid.Errors from message in error.Value select new ValidationDetail(JsonPath(error.Key), message)];

    /// <summary>"Renditions[0].MaxHeight" → "renditions[0].maxHeight".</summary>
    private static string JsonPath(string path)
    {
        var text = new StringBuilder(path);
        for (var i = 0; i < text.Length; i++)
        {
            if (i == 0 || text[i - 1] == '.')
            {
                text[i] = char.ToLowerInvariant(text[i]);
            }
        }

        return text.ToString();
    }
}
