namespace Kinora.Cli.Testing;

/// <summary>A test, or a check, that failed.</summary>
/// <param name="Message">What it has said, with whatever logs it has added. Empty: it has been read above.</param>
internal sealed record TestFailure(string Name, string Message = "")
{
    private const int MaxLength = 2000;

    /// <summary>Its name, and the beginning of what it has said.</summary>
    public override string ToString()
    {
        var text = Message.Length > MaxLength ? $"{Message[..MaxLength]} ..." : Message;
        return string.Join("\n  ", [$"failed: {Name}", .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
    }
}
