using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Accounts;

/// <summary>Section "Kinora:Auth".</summary>
public sealed class AuthOptions
{
    /// <summary>Signs the access tokens; at least 32 bytes, the same in every API process. `openssl rand -base64 48` makes a good one.</summary>
    public string Secret { get; set; } = string.Empty;

    [Required]
    public string Issuer { get; set; } = "kinora";

    [Required]
    public string Audience { get; set; } = "kinora-api";

    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// E-mail addresses of the accounts that may look at the whole service. An account is opened before its address is put here: a listed
    /// address that has none cannot be registered, or whoever is first would have it.
    /// </summary>
    public IList<string> Operators { get; set; } = [];

    /// <summary>Failed logins of one account in <see cref="FailedLoginWindow"/>, after which it has to wait for the window's end.</summary>
    [Range(3, 1000)]
    public int FailedLoginLimit { get; set; } = 10;

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan FailedLoginWindow { get; set; } = TimeSpan.FromMinutes(15);
}
