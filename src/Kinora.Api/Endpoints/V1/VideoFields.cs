using Kinora.Core.Errors;
using Kinora.Core.Videos;

namespace Kinora.Api.Endpoints.V1;

/// <summary>What an upload says of its video, as texts: the fields of a form, or the metadata of tus.</summary>
internal static class VideoFields
{
    /// <summary>Null: it is made from the file's name.</summary>
    public static string? TitleOf(string? title) => title switch
    {
        null => null,
        _ when title.EnumerateRunes().Count() is 0 or > Video.MaxTitleLength => throw Refusal.Validation("title", $"1 to {Video.MaxTitleLength} characters."),
        _ when title.Contains('\0') => throw Refusal.Validation("title", "NUL is no character of a text."),
        _ => title,
    };

    public static bool TranscodeOf(string? transcode) => transcode switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Refusal.Validation("transcode", "\"true\" or \"false\"."),
    };
}
