using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Api;

/// <summary>An API with a folder of its own, and parts that are small.</summary>
public sealed class TusApi(ApiFixture fixture) : IAsyncLifetime
{
    public const long MaxBytes = 1L << 30;
    private readonly TestFolder _folder = new();

    public ApiProcess Api { get; private set; } = null!;

    public string TmpDir => _folder.Path("uploads");

    public string ObjectsDir => _folder.Path("objects");

    public string[] PartsOf(Guid upload) => Files(".parts", upload);

    public string[] TailsOf(Guid upload) => Files("uploads", upload);

    public async ValueTask InitializeAsync() => Api = await StartAnotherAsync();

    public Task<ApiProcess> StartAnotherAsync() => fixture.StartApiAsync(
        $"--Kinora:Uploads:TmpDir={TmpDir}",
        $"--Kinora:Storage:Folder:Path={ObjectsDir}",
        $"--Kinora:Uploads:MaxBytes={MaxBytes}",
        "--Kinora:Uploads:PartBytes=5242880");

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        _folder.Dispose();
    }

    private string[] Files(string folder, Guid upload) => Directory.Exists(Path.Combine(ObjectsDir, folder))
        ? [.. Directory.GetFiles(Path.Combine(ObjectsDir, folder), "*", SearchOption.AllDirectories).Where(p => p.Contains($"{upload}", StringComparison.Ordinal))]
        : [];
}
