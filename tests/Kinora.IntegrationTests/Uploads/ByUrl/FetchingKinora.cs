using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Uploads.ByUrl;

/// <summary>A deployment with one worker, impatient with servers, and a server that it may fetch from.</summary>
public sealed class FetchingKinora : IAsyncLifetime
{
    public const long MaxBytes = 8 * 1024 * 1024;

    public FileServer Server { get; } = new();

    public Deployment Deployment { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Deployment = await Deployment.StartAsync(
            null,
            [
                .. Server.Settings,
                $"Kinora__Uploads__MaxBytes={MaxBytes}",
                "Kinora__Outbound__AnswerTimeout=00:00:02",
                "Kinora__Outbound__StallTime=00:00:02",
                "Kinora__Jobs__BackoffBase=00:00:00.1",
                "Kinora__Jobs__MaxAttempts=2",
            ]);
        await Deployment.StartWorkerAsync("Kinora__Worker__Concurrency__Fetch=4");
    }

    public async ValueTask DisposeAsync()
    {
        if (Deployment is not null)
        {
            await Deployment.DisposeAsync();
        }

        await Server.DisposeAsync();
    }
}
