namespace Kinora.IntegrationTests.Chaos.Storage;

/// <summary>Where in a video's life Kinora speaks with the store.</summary>
internal enum StorePhase
{
    /// <summary>The API puts the source.</summary>
    Upload,

    /// <summary>A worker reads the source.</summary>
    Fetch,

    /// <summary>A worker puts what it made, and looks whether it is there.</summary>
    Publish,

    /// <summary>The API reads for a player.</summary>
    Playback,
}
