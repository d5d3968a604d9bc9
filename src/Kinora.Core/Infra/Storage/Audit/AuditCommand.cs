using Npgsql;

namespace Kinora.Core.Infra.Storage.Audit;

internal static class AuditCommand
{
    /// <summary>A scan of a whole table may take longer than a statement of a request.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    public static NpgsqlCommand Create(NpgsqlDataSource source, string sql)
    {
        var command = source.CreateCommand(sql);
        command.CommandTimeout = (int)Timeout.TotalSeconds;
        return command;
    }
}
