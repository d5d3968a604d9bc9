namespace Kinora.Cli.Remote;

/// <summary>How a request is to be made.</summary>
/// <param name="What">Is asked for, as a message says it: "the upload".</param>
internal sealed record ApiCall(string What)
{
    /// <summary>Of one try; where the request says that it moves, since the last such word.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>In which a server that is away may come back.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>It may come twice where the first answer was lost.</summary>
    public bool IsRepeatable { get; init; } = true;

    public HttpCompletionOption Completion { get; init; } = HttpCompletionOption.ResponseContentRead;
}
