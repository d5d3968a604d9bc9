using System.Text.RegularExpressions;
using Kinora.Core.Errors;

namespace Kinora.Core.Accounts;

/// <summary>What an e-mail address and a password must be to open an account.</summary>
public static partial class Credentials
{
    public const int MaximumEmailCharacters = 254;
    public const int MinimumPasswordCharacters = 10;
    public const int MaximumPasswordCharacters = 128;

    /// <summary>Trimmed and lower-cased: two addresses that differ in case alone are one account.</summary>
    public static string Normalize(string email) => email.Trim().ToLowerInvariant();

    internal static IReadOnlyList<ValidationDetail> Check(string email, string password)
    {
        var details = new List<ValidationDetail>();
        var trimmed = email.Trim();
        if (trimmed.Length > MaximumEmailCharacters || !EmailAddress().IsMatch(trimmed))
        {
            details.Add(new ValidationDetail("email", $"must be an e-mail address of at most {MaximumEmailCharacters} characters"));
        }

        if (password.EnumerateRunes().Count() is < MinimumPasswordCharacters or > MaximumPasswordCharacters)
        {
            details.Add(new ValidationDetail(
                "password", $"must have {MinimumPasswordCharacters} to {MaximumPasswordCharacters} characters"));
        }
        else if (Normalize(password) == Normalize(email))
        {
            details.Add(new ValidationDetail("password", "must not be the e-mail address"));
        }
        else if (CommonPasswords.Contains(password))
        {
            details.Add(new ValidationDetail("password", "is one of the most common passwords"));
        }

        return details;
    }

    /// <summary>
    /// What browsers take as an e-mail address (HTML, "valid e-mail address"): plain ASCII, so that no look-alike of another user's
    /// address can be registered.
    /// </summary>
    [GeneratedRegex(@"\A[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex EmailAddress();
}
