using System.ComponentModel.DataAnnotations;

namespace Kinora.Api.Http;

/// <summary>Section "Kinora:Http".</summary>
public sealed class HttpOptions
{
    /// <summary>More are refused at once.</summary>
    [Range(10, 1_000_000)]
    public int MaxConcurrentConnections { get; set; } = 2000;

    /// <summary>Of every request but an upload.</summary>
    [Range(16 * 1024, 64 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>Addresses or networks ("10.0.0.0/8") whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default.</summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>Origins ("https://app.example.org") whose pages may call the API; none by default. Signed playback is open to all of them.</summary>
    public string[] AllowedOrigins { get; set; } = [];

    /// <summary>Bodies that come more slowly are refused (408), and answers that are read more slowly are cut.</summary>
    [Range(1, 1_000_000)]
    public int MinBytesPerSecond { get; set; } = 1024;
}
