using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Jobs;

/// <summary>Which jobs the queue is to have a message for. Marked as sent before they are: what then fails is undone, or sent again later.</summary>
public sealed class DispatchStore(NpgsqlDataSource source, JobStatements statements, IOptions<JobOptions> options)
{
    private readonly JobOptions _options = options.Value;

    /// <summary>The job, if it can be claimed, was never sent, and the queue's window has room; else null.</summary>
    public async Task<DispatchedJob?> TakeAsync(Guid jobId, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.TakeForDispatch);
        command.Parameters.AddWithValue("id", jobId);
        command.Parameters.AddWithValue("window", _options.DispatchWindow);
        return (await ReadAsync(command, cancellation)).SingleOrDefault();
    }

    /// <summary>The jobs of the type that the queue has too few messages for.</summary>
    /// <param name="waiting">How many messages of the type wait in the queue now.</param>
    /// <param name="most">No more than so many.</param>
    public async Task<IReadOnlyList<DispatchedJob>> TakeDueAsync(JobType type, long waiting, int most, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.TakeDue);
        command.Parameters.AddWithValue("type", type.ToName());
        command.Parameters.AddWithValue("waiting", waiting);
        command.Parameters.AddWithValue("most", most);
        command.Parameters.AddWithValue("window", _options.DispatchWindow);
        command.Parameters.AddWithValue("again", _options.RedispatchAfter);
        return await ReadAsync(command, cancellation);
    }

    /// <summary>The queue did not take the messages: the jobs are due again.</summary>
    public async Task UndoAsync(IReadOnlyCollection<DispatchedJob> jobs, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(statements.UndoDispatch);
        command.Parameters.AddWithValue("ids", jobs.Select(j => j.Id).ToArray());
        command.Parameters.AddWithValue("counts", jobs.Select(j => j.DispatchCount).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<DispatchedJob>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var jobs = new List<DispatchedJob>();
        while (await reader.ReadAsync(cancellation))
        {
            jobs.Add(new DispatchedJob(
                reader.GetGuid(0),
                JobTypeName.Parse(reader.GetString(1)),
                reader.GetInt32(2),
                reader.IsDBNull(3) ? null : reader.GetString(3)));
        }

        return jobs;
    }
}
