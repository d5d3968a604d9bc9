namespace Kinora.Benchmarks.Harness;

/// <summary>A question that is answered by measuring.</summary>
internal interface ISuite
{
    /// <summary>As it is asked for on the command line.</summary>
    string Name { get; }

    string Summary { get; }

    /// <summary>What must be installed.</summary>
    IReadOnlyList<string> Programs { get; }

    /// <summary>Makes the media and starts the servers that all contenders share.</summary>
    /// <param name="folder">Exists, and is removed afterwards.</param>
    Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation);
}

/// <summary>What a suite has prepared.</summary>
/// <param name="Servers">End with it.</param>
internal sealed record Contest(
    IReadOnlyList<IContender> Contenders, IReadOnlyList<Comparison> Comparisons, params IReadOnlyList<IAsyncDisposable> Servers) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        var failures = new List<Exception>();
        foreach (var server in Servers)
        {
            try
            {
                await server.DisposeAsync();
            }
            catch (Exception e)
            {
                // The others are ended all the same: some of them may be frozen.
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException("Not all that a suite had started could be ended.", failures);
        }
    }
}
