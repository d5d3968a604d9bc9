using System.Text;
using Kinora.Core.Errors;
using Microsoft.Extensions.Primitives;

namespace Kinora.Api.Endpoints.V1;

/// <summary>
/// Upload-Metadata (tus 1.0, creation): pairs of a key and a value in base64, with commas between. Other keys than ours are what clients
/// say of a file (its type, say), and are given back as they came.
/// </summary>
internal sealed record TusMetadata(string? Text, string? Filename, string? Title, bool Transcode)
{
    private const int MaxLength = 8 * 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static TusMetadata Parse(StringValues header)
    {
        var text = header.ToString();
        if (text.Length > MaxLength || text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw Invalid($"At most {MaxLength} characters, all of printable ASCII.");
        }

        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries).Where(_ => text.Length > 0))
        {
            var space = pair.IndexOf(' ');
            var key = space < 0 ? pair : pair[..space];
            if (key.Length == 0 || !values.TryAdd(key, space < 0 ? [] : Decode(key, pair[(space + 1)..])))
            {
                throw Invalid("Each key is there once.");
            }
        }

        return new TusMetadata(
            text.Length == 0 ? null : text,
            TextOf("filename"),
            VideoFields.TitleOf(TextOf("title")),
            VideoFields.TranscodeOf(TextOf("transcode")));

        string? TextOf(string key)
        {
            try
            {
                return values.TryGetValue(key, out var value) ? StrictUtf8.GetString(value) : null;
            }
            catch (DecoderFallbackException)
            {
                throw Invalid($"The value of {key} is no UTF-8.");
            }
        }
    }

    private static byte[] Decode(string key, string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw Invalid($"The value of {key} is no base64.");
        }
    }

    private static ApiException Invalid(string message) => Refusal.Validation(Tus.UploadMetadata, message);
}
