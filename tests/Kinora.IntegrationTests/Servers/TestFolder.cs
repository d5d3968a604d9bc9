using System.Security.Cryptography;

namespace Kinora.IntegrationTests.Servers;

/// <summary>A folder of one test, removed with it.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = System.IO.Path.Combine(Repository.Artifacts, "test-work", Guid.CreateVersion7().ToString());

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    /// <summary>A file of random bytes; its path.</summary>
    public string Write(string name, int length)
    {
        File.WriteAllBytes(Path(name), RandomNumberGenerator.GetBytes(length));
        return Path(name);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
