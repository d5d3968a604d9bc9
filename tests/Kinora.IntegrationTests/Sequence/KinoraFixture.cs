using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

[assembly: AssemblyFixture(typeof(KinoraFixture))]

namespace Kinora.IntegrationTests.Sequence;

/// <summary>Deployments that tests share, each started by the first test that asks for it, with one worker.</summary>
public sealed class KinoraFixture : IAsyncDisposable
{
    private readonly Lazy<Task<Deployment>> _onFolder = new(() => StartAsync(null));
    private Lazy<Task<Deployment>>? _onS3;

    public Task<Deployment> OnFolderAsync() => _onFolder.Value;

    public Task<Deployment> OnS3Async(SwiftServer swift)
    {
        LazyInitializer.EnsureInitialized(ref _onS3, () => new(async () => await StartAsync(swift)));
        return _onS3.Value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var deployment in (Lazy<Task<Deployment>>?[])[_onFolder, _onS3])
        {
            if (deployment is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                await (await deployment.Value).DisposeAsync();
            }
        }
    }

    private static async Task<Deployment> StartAsync(SwiftServer? swift)
    {
        var deployment = await Deployment.StartAsync(swift is null ? null : await swift.BucketAsync("sequence"));
        try
        {
            await deployment.StartWorkerAsync();
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }
}
