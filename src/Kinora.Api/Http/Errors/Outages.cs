using System.Net.Sockets;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage;
using Npgsql;

namespace Kinora.Api.Http.Errors;

/// <summary>Exceptions that say: a store cannot be reached for the moment, the same request may succeed later.</summary>
internal static class Outages
{
    public static bool IsOutage(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is StorageException or QueueUnavailableException || e is NpgsqlException database && IsOutage(database))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOutage(NpgsqlException exception) => exception switch
    {
        // Shut down, starting, out of connections, or cut off by statement_timeout; conflicts of transactions are transient as well.
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => true,
        { IsTransient: true } => true,
        _ => exception.InnerException is SocketException or TimeoutException or IOException,
    };
}
