using Kinora.Core.Infra.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites.Jobs;

/// <summary>Kinora's queue with its defaults on a Redis.</summary>
internal static class JobQueues
{
    public static ServiceProvider Open(string redis)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Kinora:Redis:ConnectionString"] = redis })
            .Build();
        return new ServiceCollection().AddLogging().AddKinoraQueue(configuration).BuildServiceProvider();
    }
}
