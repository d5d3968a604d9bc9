using Kinora.Core.Infra.Storage.S3;
using Kinora.IntegrationTests.Chaos;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>A test with a <see cref="Sequence.Deployment"/> and a user of its own. Where it is about time, it is of the collection "deployments".</summary>
public abstract class DeploymentTest : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected Deployment Deployment { get; private set; } = null!;

    protected KinoraClient User { get; private set; } = null!;

    /// <summary>What the test's clients were told.</summary>
    private protected Witness Witness { get; } = new();

    /// <summary>For all processes; asked for before there is a deployment.</summary>
    protected virtual string[] Settings => [];

    /// <summary>The settings of each worker that is there from the start; asked for when there is a deployment.</summary>
    protected virtual IReadOnlyList<string[]> WorkerSettings => [];

    protected IReadOnlyList<KinoraProcess> Workers { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        ChaosTurns.SkipUntilItsTurn(GetType());
        Deployment = await StartDeploymentAsync();
        var workers = Task.WhenAll(WorkerSettings.Select(settings => Deployment.StartWorkerAsync(settings)));
        var user = Deployment.CreateUserAsync();
        await Task.WhenAll(workers, user);
        (Workers, User) = (await workers, await user);
        await PrepareAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        User?.Dispose();
        if (Deployment is not null)
        {
            await Deployment.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The store; null: a folder.</summary>
    protected virtual Task<S3StorageOptions?> OpenBucketAsync() => Task.FromResult<S3StorageOptions?>(null);

    protected virtual async Task<Deployment> StartDeploymentAsync() => await Deployment.StartAsync(await OpenBucketAsync(), Settings);

    /// <summary>What each of the class's tests begins with.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;
}
