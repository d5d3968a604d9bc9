using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Playback;

/// <summary>Section "Kinora:Playback".</summary>
public sealed class PlaybackOptions : IValidatableObject
{
    /// <summary>How long a playback URL is good for: a viewing with its pauses, not for ever.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan UrlLifetime { get; set; } = TimeSpan.FromHours(6);

    /// <summary>The API's address as players see it ("https://video.example"); empty: as the request came in.</summary>
    public string PublicUrl { get; set; } = string.Empty;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var isOrigin = Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https"
            && url is { UserInfo: "", Query: "", Fragment: "" };
        if (PublicUrl.Length > 0 && !isOrigin)
        {
            yield return new ValidationResult(
                "Kinora:Playback:PublicUrl must be an http or https address without query, or empty.", [nameof(PublicUrl)]);
        }
    }
}
