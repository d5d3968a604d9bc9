namespace Kinora.Worker;

/// <summary>
/// The scratch folder of one attempt, empty at first. Disposing removes it with all that is in it, and never throws: a folder that cannot
/// be removed just now says nothing of how the attempt ended.
/// </summary>
internal sealed class AttemptFolder(string path, Action<string> remove) : IDisposable
{
    public string Path { get; } = Directory.CreateDirectory(path).FullName;

    public void Dispose() => remove(Path);
}
