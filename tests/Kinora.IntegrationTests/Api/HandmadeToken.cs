using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Kinora.IntegrationTests.Api;

/// <summary>JWTs put together by hand: right ones, and ones that are wrong in one thing.</summary>
internal static class HandmadeToken
{
    public static readonly byte[] Secret = Encoding.UTF8.GetBytes(ApiProcess.Secret);

    public static JsonObject Header() => new() { ["alg"] = "HS256", ["typ"] = "at+jwt" };

    public static JsonObject Payload(Guid userId) => new()
    {
        ["sub"] = userId.ToString(),
        ["iss"] = "kinora",
        ["aud"] = "kinora-api",
        ["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 600,
    };

    public static JsonObject With(JsonObject json, string name, JsonNode? value)
    {
        json.Remove(name);
        if (value is not null)
        {
            json[name] = value;
        }

        return json;
    }

    public static string Sign(JsonObject header, JsonObject payload, string secret = ApiProcess.Secret) =>
        SignRaw(Encode(header), Encode(payload), secret);

    public static string Sign(JsonObject header, JsonObject payload, Func<byte[], byte[]> sign)
    {
        var message = Unsigned(header, payload);
        return $"{message}.{Base64Url.EncodeToString(sign(Encoding.UTF8.GetBytes(message)))}";
    }

    /// <summary>By a key that the token brings along.</summary>
    public static string SignByRsa(Guid userId)
    {
        using var key = RSA.Create(2048);
        var parameters = key.ExportParameters(false);
        var header = With(Header(), "alg", "RS256");
        header["jwk"] = new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
        return Sign(header, Payload(userId), message => key.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public static string SignByCurve(Guid userId)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(With(Header(), "alg", "ES256"), Payload(userId), message => key.SignData(message, HashAlgorithmName.SHA256));
    }

    public static string SignRaw(string header, string payload, string secret = ApiProcess.Secret)
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{header}.{payload}"));
        return $"{header}.{payload}.{Base64Url.EncodeToString(signature)}";
    }

    public static string Unsigned(JsonObject header, JsonObject payload) => $"{Encode(header)}.{Encode(payload)}";

    public static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
