using System.Globalization;
using System.Text.RegularExpressions;

namespace Kinora.Core.Accounts;

/// <summary>"$argon2id$v=19$m=19456,t=2,p=1$salt$hash", the PHC string format.</summary>
internal sealed partial record PasswordHash(PasswordHash.Cost Parameters, byte[] Salt, byte[] Hash)
{
    public static PasswordHash Parse(string text)
    {
        var match = Phc().Match(text);
        if (!match.Success)
        {
            throw new FormatException("A stored password hash is not in the form that Kinora writes.");
        }

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        return new PasswordHash(new Cost(Number("m"), Number("t"), Number("p")), Bytes(match.Groups["salt"].Value), Bytes(match.Groups["hash"].Value));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"$argon2id$v=19$m={Parameters.MemoryKib},t={Parameters.Iterations},p={Parameters.Lanes}${Text(Salt)}${Text(Hash)}");

    /// <summary>PHC wants base64 without padding.</summary>
    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] Bytes(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));

    [GeneratedRegex(@"\A\$argon2id\$v=19\$m=(?<m>\d{1,8}),t=(?<t>\d{1,3}),p=(?<p>\d{1,3})\$(?<salt>[A-Za-z0-9+/]+)\$(?<hash>[A-Za-z0-9+/]+)\z")]
    private static partial Regex Phc();

    public sealed record Cost(int MemoryKib, int Iterations, int Lanes);
}
