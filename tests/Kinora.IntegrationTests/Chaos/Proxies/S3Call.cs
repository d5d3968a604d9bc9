namespace Kinora.IntegrationTests.Chaos.Proxies;

public enum S3Operation
{
    Get,
    Put,
    Head,
    List,
    Delete,
    Initiate,
    Part,
    Complete,
    Abort,

    /// <summary>Of the bucket itself: made, looked at.</summary>
    Bucket,
}

/// <summary>What a request asks of the store, as path-style S3 says it.</summary>
/// <param name="Key">Empty for what concerns the bucket.</param>
public sealed record S3Call(S3Operation Operation, string Key)
{
    internal static S3Call Of(HttpHead head)
    {
        var (method, target, _) = head.StartLine.Split(' ') is [var first, var second, ..] ? (first, second, 0) : ("", "/", 0);
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var query = question < 0 ? [] : target[(question + 1)..].Split('&').Select(p => p.Split('=')[0]).ToHashSet();
        var slash = path.IndexOf('/', 1);
        var key = slash < 0 ? "" : Uri.UnescapeDataString(path[(slash + 1)..]);
        return new S3Call(OperationOf(method, key.Length == 0, query), key);
    }

    private static S3Operation OperationOf(string method, bool ofBucket, HashSet<string> query) => (method, ofBucket) switch
    {
        ("GET", true) => S3Operation.List,
        ("POST", true) => S3Operation.Delete,
        (_, true) => S3Operation.Bucket,
        ("GET", _) => query.Contains("uploadId") ? S3Operation.List : S3Operation.Get,
        ("HEAD", _) => S3Operation.Head,
        ("PUT", _) => query.Contains("uploadId") ? S3Operation.Part : S3Operation.Put,
        ("DELETE", _) => query.Contains("uploadId") ? S3Operation.Abort : S3Operation.Delete,
        _ => query.Contains("uploads") ? S3Operation.Initiate : S3Operation.Complete,
    };
}
