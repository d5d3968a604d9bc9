using Kinora.Cli;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Transcoding;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites;

/// <summary>What a worker has for media, with its defaults and without its stores.</summary>
internal static class WorkerServices
{
    /// <summary>Kinora:Worker:Concurrency:Hls, which is the worker's own.</summary>
    private const int WorkerHlsJobs = 2;

    public static ServiceProvider Create()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            // The worker's own program, as in earnest: its runtime and its assemblies count in time and memory.
            ["Kinora:MediaProbe:HelperFileName"] = Installation.Dotnet,
            ["Kinora:MediaProbe:HelperArguments:0"] = Installation.Program("Kinora.Worker"),
            ["Kinora:MediaProbe:HelperArguments:1"] = "probe-host",
        }).Build();
        return new ServiceCollection()
            .PostConfigure<FfmpegOptions>(ffmpeg => ffmpeg.ShareCores(Environment.ProcessorCount, WorkerHlsJobs))
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSandbox(configuration)
            .AddMedia(configuration)
            .AddTranscodePlanner(configuration)
            .AddEncoders(configuration)
            .BuildServiceProvider();
    }
}
