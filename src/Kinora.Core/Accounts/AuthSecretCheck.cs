using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Accounts;

/// <summary>
/// Who knows the secret can be anyone, so the process does not start with one that can be guessed. For development alone a missing one is
/// made up, anew at each start.
/// </summary>
internal sealed partial class AuthSecretCheck(IHostEnvironment environment, ILogger<AuthSecretCheck> logger)
    : IPostConfigureOptions<AuthOptions>, IValidateOptions<AuthOptions>
{
    /// <summary>RFC 7518 §3.2: a key of the hash's size or larger.</summary>
    private const int MinimumBytes = 32;

    /// <summary>32 random hexadecimal digits have fewer than 8 different ones about once in a million times.</summary>
    private const int MinimumDistinctCharacters = 8;

    private static readonly string[] WellKnown =
    [
        "changeme", "change-me", "change_me", "change this", "changethis", "change-this", "your-256-bit-secret", "your-secret", "yoursecret",
        "your_secret", "secretkey", "secret-key", "secret_key", "supersecret", "super-secret", "super_secret", "example", "placeholder",
        "0123456789abcdef0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "12345678901234567890", "insecure", "default-secret",
    ];

    /// <summary>One for the process: options are built more than once.</summary>
    private readonly Lazy<string> _madeUp = new(() =>
    {
        SecretMadeUp(logger);
        return Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
    });

    public void PostConfigure(string? name, AuthOptions options)
    {
        if (options.Secret.Length == 0 && IsForgiving)
        {
            options.Secret = _madeUp.Value;
        }
    }

    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        const string advice = "set it to at least 32 random bytes, for example by `openssl rand -base64 48`.";
        if (options.Secret.Length == 0)
        {
            return ValidateOptionsResult.Fail($"Kinora:Auth:Secret is missing: {advice}");
        }

        if (Encoding.UTF8.GetByteCount(options.Secret) < MinimumBytes)
        {
            return ValidateOptionsResult.Fail($"Kinora:Auth:Secret is too short: {advice}");
        }

        var canBeGuessed = options.Secret.Distinct().Count() < MinimumDistinctCharacters
            || WellKnown.Any(known => options.Secret.Contains(known, StringComparison.OrdinalIgnoreCase));
        return canBeGuessed && !IsForgiving
            ? ValidateOptionsResult.Fail($"Kinora:Auth:Secret is a well-known or guessable one: {advice}")
            : ValidateOptionsResult.Success;
    }

    private bool IsForgiving => environment.IsDevelopment() || environment.IsEnvironment("Test");

    [LoggerMessage(1, LogLevel.Warning, "Kinora:Auth:Secret is not set: a random one is used, and access tokens and playback links end when this process does")]
    private static partial void SecretMadeUp(ILogger logger);
}
