using Npgsql;

namespace Kinora.Core.Infra.Database;

/// <summary>Tells a database that is away, restarting or overloaded from a statement that is wrong: the same may succeed later.</summary>
public static class DatabaseOutage
{
    /// <summary>
    /// Classes of SQLSTATE (PostgreSQL, appendix A): connection, transaction rollback (deadlocks among them), insufficient resources,
    /// operator intervention, system error; read-only, as a standby answers in the middle of a failover; and the end of a transaction that
    /// stood still, which is what a process finds that was frozen in it.
    /// </summary>
    private static readonly string[] Classes = ["08", "40", "53", "57", "58", "25006", "25P03"];

    public static bool Is(Exception exception) => exception switch
    {
        PostgresException e => Classes.Any(c => e.SqlState.StartsWith(c, StringComparison.Ordinal)),

        // Of the connection itself: a wrong use of the library is an InvalidOperationException.
        NpgsqlException => true,

        // EF and the pool wrap it.
        { InnerException: { } inner } => Is(inner),
        _ => false,
    };
}
