using System.ComponentModel.DataAnnotations;

namespace Kinora.Api.Http.Limits;

/// <summary>Section "Kinora:RateLimits". Of IPv6 an address is its /64.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Logins, and registrations, a minute from one address.</summary>
    [Range(1, 1_000_000)]
    public int CredentialsPerMinute { get; set; } = 100;

    /// <summary>Uploads that one user begins a minute.</summary>
    [Range(1, 1_000_000)]
    public int UploadsPerMinute { get; set; } = 600;

    /// <summary>Other requests of one user a minute, and those without a user from one address.</summary>
    [Range(1, 1_000_000)]
    public int ApiPerMinute { get; set; } = 6000;

    /// <summary>Playlists, segments and pictures a minute to one address, which may be that of many viewers; by each process.</summary>
    [Range(1, 1_000_000)]
    public int PlaybackPerMinute { get; set; } = 30_000;

    /// <summary>Answers with playlists, segments or pictures that are under way to one address at one time; by each process.</summary>
    [Range(1, 1_000_000)]
    public int PlaybackDownloads { get; set; } = 200;
}
