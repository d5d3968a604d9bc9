namespace Kinora.Core.Infra.Storage.Folders;

/// <summary>Where the embedded store keeps its objects.</summary>
public sealed class FolderStorageOptions
{
    /// <summary>The API and every worker use the same folder. A relative path starts at the process's working directory.</summary>
    public string Path { get; set; } = ".kinora/objects";
}
