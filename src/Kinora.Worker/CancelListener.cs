using Kinora.Core.Infra.Redis;
using Kinora.Core.Jobs;

namespace Kinora.Worker;

/// <summary>Stops an attempt the moment its job is cancelled; without Redis it takes until the next beat.</summary>
internal sealed class CancelListener(CancelChannel cancels, LeaseKeeper leases) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => cancels.ListenAsync(leases.Check, stoppingToken);
}
