using Kinora.Core.Infra.Storage.Collection;
using Microsoft.Extensions.Options;

namespace Kinora.Worker;

/// <summary>The collector's part on this host: a worker that was killed and never started again leaves its scratch folder to its neighbours.</summary>
internal sealed partial class DeadFolders(
    WorkDirectory directory, IOptions<CollectorOptions> options, ILogger<DeadFolders> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    directory.RemoveDead();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "WorkDir cannot be looked through")]
    private partial void LogFailed(Exception exception);
}
