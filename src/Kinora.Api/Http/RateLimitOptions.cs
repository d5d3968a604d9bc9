using System.ComponentModel.DataAnnotations;

namespace Kinora.Api.Http;

/// <summary>Section "Kinora:RateLimits".</summary>
public sealed class RateLimitOptions
{
    /// <summary>Logins, and registrations, a minute from one address.</summary>
    [Range(1, 1_000_000)]
    public int CredentialsPerMinute { get; set; } = 100;
}
