using Kinora.Core.Errors;

namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>A file that somebody might send, and what may come of it.</summary>
/// <param name="Kind">The row of the report that it counts in.</param>
/// <param name="Name">What it is, with its seed where it has one: a failed test names it.</param>
/// <param name="MakeAsync">Writes it to the path.</param>
internal sealed record HostileFile(string Kind, string Name, Func<string, Task> MakeAsync)
{
    /// <summary>Refused at the door, before anything parses it.</summary>
    public const string Refused = "415";

    /// <summary>It becomes a video that plays.</summary>
    public const string Plays = "READY";

    /// <summary>But not INTERNAL, with which we say that we are at our end.</summary>
    private static readonly string[] Anything = [Refused, Plays, .. JobErrorCode.All.Where(code => code != JobErrorCode.Internal).Select(code => code.Name)];

    /// <summary>The ends that it may come to: <see cref="Refused"/>, <see cref="Plays"/>, or the code of the job that failed.</summary>
    public IReadOnlyList<string> Ends { get; private init; } = Anything;

    public static HostileFile Of(string kind, string name, byte[] bytes) =>
        new(kind, name, path => File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken));

    public HostileFile EndsAs(params string[] ends) => this with { Ends = ends };
}
