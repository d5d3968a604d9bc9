namespace Kinora.Core.Playback;

/// <summary>
/// What a unit has published of an HLS that is being made: one object of one track. The rows stand in for the manifest while the parent
/// lives; its completion deletes them, since the derivative's manifest has taken over, and settling deletes those of one that came to
/// nothing.
/// </summary>
public sealed class HlsPiece
{
    /// <summary>The parent, not the unit.</summary>
    public required Guid JobId { get; init; }

    /// <summary>"1080p", "audio", "text".</summary>
    public required string Track { get; init; }

    /// <summary>Of the piece in its track, from 0.</summary>
    public required int Number { get; init; }
    public required Guid UnitId { get; init; }

    /// <summary>Of the unit's attempt.</summary>
    public required long Fence { get; init; }

    /// <summary>Of the publication; ends with "/". The object's key is prefix + the file's name.</summary>
    public required string Prefix { get; init; }
    public required ManifestFile File { get; init; }

    /// <summary>What those who make playlists have to know of it, as JSON.</summary>
    public required string Facts { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
