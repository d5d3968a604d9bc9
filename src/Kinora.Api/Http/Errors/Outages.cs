using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage;

namespace Kinora.Api.Http.Errors;

/// <summary>Exceptions that say: a store cannot be reached for the moment, the same request may succeed later.</summary>
internal static class Outages
{
    public static bool IsOutage(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is StorageException or QueueUnavailableException)
            {
                return true;
            }
        }

        return DatabaseOutage.Is(exception);
    }
}
