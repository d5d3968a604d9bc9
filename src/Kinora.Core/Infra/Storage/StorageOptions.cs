using Kinora.Core.Infra.Storage.Folders;
using Kinora.Core.Infra.Storage.S3;

namespace Kinora.Core.Infra.Storage;

/// <summary>Where objects are stored. The API and all workers must be given the same place.</summary>
public sealed class StorageOptions
{
    public const string Section = "Kinora:Storage";

    public StorageKind Kind { get; set; } = StorageKind.Folder;

    public FolderStorageOptions Folder { get; set; } = new();

    public S3StorageOptions S3 { get; set; } = new();
}
