using System.Globalization;
using Microsoft.Kiota.Abstractions.Serialization;

namespace Kinora.Client.Models;

/// <summary>A malformed part of a request: where it stands ("title", "renditions[0]") and what is wrong.</summary>
public sealed record Fault(string Path, string Message);

/// <summary>What of an error stands in its headers, and the details of a VALIDATION_ERROR, whose shape the document leaves open.</summary>
public partial class ErrorBody
{
    /// <summary>Names the request in the server's log.</summary>
    public string? RequestId => Header("X-Request-Id");

    /// <summary>Of 429 and 503.</summary>
    public TimeSpan? RetryAfter =>
        int.TryParse(Header("Retry-After"), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Of a VALIDATION_ERROR; else none.</summary>
    public IReadOnlyList<Fault> Faults => Details is UntypedArray faults ? [.. faults.GetValue().OfType<UntypedObject>().Select(FaultOf)] : [];

    private static Fault FaultOf(UntypedObject fault)
    {
        return new Fault(Text("path"), Text("message"));

        string Text(string name) => fault.GetValue().TryGetValue(name, out var node) && node is UntypedString text ? text.GetValue() ?? "" : "";
    }

    private string? Header(string name) =>
        ResponseHeaders.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();
}
