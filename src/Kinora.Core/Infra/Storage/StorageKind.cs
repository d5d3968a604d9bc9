namespace Kinora.Core.Infra.Storage;

public enum StorageKind { Folder, S3 }
