using Kinora.Core.Infra.Storage;
using Kinora.IntegrationTests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kinora.IntegrationTests.Api;

/// <summary>An API with a spool and a store of its own, of which each call is written down, and with a small limit.</summary>
public sealed class RecordedApi(ApiFixture fixture) : IAsyncLifetime
{
    public const int MaxBytes = 1024 * 1024;
    private readonly TestFolder _folder = new();

    public ApiProcess Api { get; private set; } = null!;

    public string TmpDir => _folder.Path("uploads");

    public string ObjectsDir => _folder.Path("objects");

    internal RecordingStore Store => (RecordingStore)Api.Services.GetRequiredService<IObjectStore>();

    internal LogRecorder Log { get; } = new();

    public async ValueTask InitializeAsync() => Api = await fixture.StartApiAsync(
        Record,
        $"--Kinora:Uploads:TmpDir={TmpDir}",
        $"--Kinora:Storage:Folder:Path={ObjectsDir}",
        $"--Kinora:Uploads:MaxBytes={MaxBytes}",
        "--Kinora:Uploads:IntentTime=00:00:03");

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The store that the options ask for, behind the one that writes down.</summary>
    private void Record(WebApplicationBuilder builder)
    {
        var real = builder.Services.Last(service => service.ServiceType == typeof(IObjectStore)).ImplementationFactory!;
        builder.Services.AddSingleton<IObjectStore>(services => new RecordingStore((IObjectStore)real(services)));
        builder.Logging.AddProvider(Log);
    }
}
