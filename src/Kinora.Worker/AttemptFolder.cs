namespace Kinora.Worker;

/// <summary>The scratch folder of one attempt, empty at first. Disposing removes it with all that is in it.</summary>
internal sealed class AttemptFolder : IDisposable
{
    public AttemptFolder(string path) => Path = Directory.CreateDirectory(path).FullName;

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
