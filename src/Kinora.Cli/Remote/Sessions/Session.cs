using System.Text.Json.Serialization;

namespace Kinora.Cli.Remote.Sessions;

/// <summary>Who is logged in where. The tokens are as good as the password: they stand in this file, and nowhere else.</summary>
internal sealed record Session(Uri Server, string Email, string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt)
{
    /// <summary>For the way to the server, and for clocks that differ.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    public static Session Of(Uri server, string email, Tokens tokens, DateTimeOffset now) =>
        new(server, email, tokens.AccessToken, tokens.RefreshToken, now + TimeSpan.FromSeconds(tokens.ExpiresIn));

    public bool IsFresh(DateTimeOffset now) => now + Margin < ExpiresAt;

    /// <summary>Without the tokens, wherever it may be printed.</summary>
    public override string ToString() => $"{Email} at {Server}";
}

[JsonSerializable(typeof(Session))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class SessionJson : JsonSerializerContext;
