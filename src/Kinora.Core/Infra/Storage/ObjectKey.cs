namespace Kinora.Core.Infra.Storage;

/// <summary>Every key in the store. Made of ids and fixed words only; a prefix is never written twice.</summary>
public static class ObjectKey
{
    public static string SourcePrefix(Guid videoId) => $"sources/{videoId}/";

    public static string Source(Guid videoId) => $"{SourcePrefix(videoId)}source";

    public static string DerivativePrefix(Guid videoId, Guid jobId, long fence) => $"derivatives/{videoId}/{jobId}/{fence}/";
}
