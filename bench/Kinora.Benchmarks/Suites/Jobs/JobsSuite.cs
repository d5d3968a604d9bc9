using System.Reflection;
using Kinora.Benchmarks.Harness;
using Kinora.Cli;
using Kinora.Cli.Servers;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Infra.Queues;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites.Jobs;

/// <summary>How soon a job is begun, and how many are done in a second: Kinora's consumer against Node's on the same Redis.</summary>
internal sealed class JobsSuite : ISuite
{
    private static readonly string NodeFolder = typeof(JobsSuite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "JobsNodeFolder").Value!;

    public string Name => "jobs";

    public string Summary => "pick-up and throughput of Kinora's consumer against Node's BullMQ on the same Redis";

    public IReadOnlyList<string> Programs => ["node", "redis-server"];

    public async Task<Contest> PrepareAsync(Scale scale, string folder, CancellationToken cancellation)
    {
        var redis = await RedisServer.StartAsync(Path.Combine(folder, "redis"), port: null, cancellation);
        var producer = JobQueues.Open(redis.ConnectionString);
        var queue = producer.GetRequiredService<IJobQueue>();
        var environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! };
        string[] ours = [Installation.Program("Kinora.Benchmarks"), KinoraConsumer.Argument, redis.ConnectionString];
        string[] nodes = [Path.Combine(NodeFolder, "consumer.mjs"), $"{redis.Port}"];
        var kinora = new ConsumerContender("Kinora", new ChildProcessSpec(Installation.Dotnet, ours) { Environment = environment }, queue, scale);
        var node = new ConsumerContender("Node", new ChildProcessSpec("node", nodes) { Environment = environment }, queue, scale);
        return new Contest(
            [kinora, node],
            [
                new Comparison("Kinora / Node, pick-up p50", kinora.Name, node.Name, ConsumerContender.PickUpMedian) { Goal = Goal.AtMost(1) },
                new Comparison("Kinora / Node, pick-up p99", kinora.Name, node.Name, ConsumerContender.PickUpTail),
                new Comparison("Kinora / Node, throughput", kinora.Name, node.Name, ConsumerContender.Throughput),
                new Comparison("Kinora / Node, CPU of the many jobs, Redis included", kinora.Name, node.Name, Metric.Cpu),
            ],
            producer,
            redis);
    }
}
