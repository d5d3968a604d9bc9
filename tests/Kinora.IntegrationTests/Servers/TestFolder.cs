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
        using var file = File.Create(Path(name));
        var chunk = new byte[64 * 1024];
        for (var left = length; left > 0; left -= chunk.Length)
        {
            RandomNumberGenerator.Fill(chunk);
            file.Write(chunk, 0, Math.Min(left, chunk.Length));
        }

        return Path(name);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
