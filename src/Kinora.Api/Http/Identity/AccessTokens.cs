using System.Text;
using Kinora.Core.Accounts;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Kinora.Api.Http.Identity;

/// <summary>Access tokens after RFC 9068: short-lived JWTs, HS256 and nothing else, typ "at+jwt". Made and checked with one key.</summary>
internal sealed class AccessTokens(IOptions<AuthOptions> options, TimeProvider time)
{
    private const string Type = "at+jwt";
    private const int MaximumTokenBytes = 8 * 1024;

    /// <summary>What names a key, or asks for more than RFC 7515 has: none of it is ever in a token of ours.</summary>
    private static readonly string[] ForeignHeaders = ["kid", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit"];
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public TimeSpan Lifetime => options.Value.AccessTokenLifetime;

    public string Issue(Guid userId)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = options.Value.Issuer,
            Audience = options.Value.Audience,
            IssuedAt = now,
            Expires = now + Lifetime,
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = userId.ToString(),
                [JwtRegisteredClaimNames.Jti] = Guid.CreateVersion7().ToString(),
            },
            SigningCredentials = new SigningCredentials(Key(options.Value), SecurityAlgorithms.HmacSha256),
        });
    }

    public static JsonWebTokenHandler Reader() => new() { MaximumTokenSizeInBytes = MaximumTokenBytes, MapInboundClaims = false };

    public static TokenValidationParameters Rules(AuthOptions options) => new()
    {
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        ValidTypes = [Type],
        ValidIssuer = options.Issuer,
        ValidAudience = options.Audience,
        IssuerSigningKey = Key(options),
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ValidateIssuerSigningKey = true,
        ClockSkew = ClockSkew,
        NameClaimType = JwtRegisteredClaimNames.Sub,
    };

    /// <summary>Beyond the rules: no token of ours says by which key it is to be checked.</summary>
    public static bool IsOurs(SecurityToken token) =>
        token is JsonWebToken jwt && !ForeignHeaders.Any(name => jwt.TryGetHeaderValue<object>(name, out _));

    private static SymmetricSecurityKey Key(AuthOptions options) => new(Encoding.UTF8.GetBytes(options.Secret));
}
