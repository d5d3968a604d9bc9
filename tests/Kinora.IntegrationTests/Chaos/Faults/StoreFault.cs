using Kinora.IntegrationTests.Chaos.Proxies;

namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>Something that befalls a store in the midst of work.</summary>
/// <param name="Name">In words, as it stands in docs/reliability.md.</param>
/// <param name="Times">How often, in the full form.</param>
/// <param name="BeginAsync">Does it.</param>
/// <param name="HasHappenedAsync">Whether it is seen to have happened; asked before its end, and again until it is.</param>
internal sealed record StoreFault(string Name, int Times, Func<Task> BeginAsync, Func<Task<bool>> HasHappenedAsync)
{
    /// <summary>Puts an end to it; null: it is over by itself.</summary>
    public Func<Task>? EndAsync { get; init; }

    /// <summary>From its begin to its end.</summary>
    public TimeSpan Lasts { get; init; }

    /// <summary>Nothing gets an answer of the store meanwhile: health says so, and the suite's own requests are made.</summary>
    public bool IsOutage { get; init; }

    /// <summary>One that a proxy makes, and that ends by itself; it has happened when the proxy has counted it.</summary>
    public static StoreFault Of(TcpProxy proxy, string name, int times, Action<TcpProxy> begin, TcpFault counted)
    {
        var before = 0;
        return new StoreFault(name, times, BeginAsync, () => Task.FromResult(proxy.Fired(counted) > before));

        Task BeginAsync()
        {
            before = proxy.Fired(counted);
            begin(proxy);
            return Task.CompletedTask;
        }
    }

    /// <summary>An outage that a proxy makes until it is told to let pass.</summary>
    public static StoreFault Of(TcpProxy proxy, string name, int times, Action<TcpProxy> begin, TcpFault counted, TimeSpan lasts) =>
        Of(proxy, name, times, begin, counted) with { EndAsync = () => PassAsync(proxy), Lasts = lasts, IsOutage = true };

    private static Task PassAsync(TcpProxy proxy)
    {
        proxy.Pass();
        return Task.CompletedTask;
    }
}
