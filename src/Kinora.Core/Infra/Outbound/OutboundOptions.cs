using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Kinora.Core.Infra.Outbound;

/// <summary>Requests to addresses that users name. Section "Kinora:Outbound"; the same for API and workers.</summary>
public sealed class OutboundOptions : IValidatableObject
{
    private static readonly IReadOnlyList<int> DefaultPorts = [80, 443, 8080, 8443];

    /// <summary>Networks that are allowed beside the public Internet ("10.1.0.0/16"): every user reaches them then. Null: none.</summary>
    public IReadOnlyList<string>? AllowedNetworks { get; set; }

    /// <summary>The ports that are allowed; null: 80, 443, 8080 and 8443.</summary>
    public IReadOnlyList<int>? Ports { get; set; }

    /// <summary>How long a connection to one of a name's addresses may take; then the next one is tried.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer's head may take, with the name, the connection and TLS.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A body that comes more slowly than <see cref="MinBytesPerSecond"/> over so long is given up.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan StallTime { get; set; } = TimeSpan.FromSeconds(30);

    [Range(1, 1024 * 1024 * 1024)]
    public int MinBytesPerSecond { get; set; } = 16 * 1024;

    internal IReadOnlyList<int> UsablePorts => Ports ?? DefaultPorts;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var network in AllowedNetworks ?? [])
        {
            if (!IPNetwork.TryParse(network, out _))
            {
                yield return new ValidationResult($"\"{network}\" is no network: an address, a slash and the number of bits that count.", [nameof(AllowedNetworks)]);
            }
        }

        if (UsablePorts.Any(port => port is < 1 or > 65535))
        {
            yield return new ValidationResult("A port is from 1 to 65535.", [nameof(Ports)]);
        }
    }
}
