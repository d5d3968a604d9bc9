using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Kinora.Api.Http.OpenApi;
using Microsoft.AspNetCore.Mvc;

namespace Kinora.Api.Endpoints;

/// <param name="Url">Of the page to be embedded.</param>
/// <param name="Format">`json`, and nothing else.</param>
/// <param name="MaxWidth">Of the player, in pixels.</param>
/// <param name="MaxHeight">Of the player, in pixels.</param>
public sealed record OEmbedQuery(
    [property: FromQuery(Name = "url"), MaxLength(2048)] string Url,
    [property: FromQuery(Name = "format"), AllowedValues(null, "json")] string? Format,
    [property: FromQuery(Name = "maxwidth"), Range(1, 100_000)] int? MaxWidth,
    [property: FromQuery(Name = "maxheight"), Range(1, 100_000)] int? MaxHeight);

/// <summary>Names as oEmbed has them.</summary>
/// <param name="Html">The player.</param>
public sealed record OEmbedResponse(
    [property: Example("1.0")] string Version,
    [property: Example("video")] string Type,
    [property: JsonPropertyName("provider_name"), Example("Kinora")] string ProviderName,
    [property: JsonPropertyName("provider_url"), Example("https://video.example")] string ProviderUrl,
    [property: Example("A walk by the sea")] string Title,
    [property: Example(640)] int Width,
    [property: Example(360)] int Height,
    [property: Example("<iframe src=\"https://video.example/embed/...\"></iframe>")] string Html,
    [property: JsonPropertyName("thumbnail_url"), Example("https://video.example/v1/videos/.../thumbnail/~AQGY8rR8...")] string? ThumbnailUrl);
