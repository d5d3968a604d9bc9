using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kinora.Tests.Infra.Telemetry;

public sealed class LoggingSetupTests
{
    [Fact]
    public void Ours_is_logged_from_information_and_the_frameworks_from_warning()
    {
        using var host = Build([]);

        Assert.True(Logger(host, "Kinora.Core.Jobs").IsEnabled(LogLevel.Information));
        Assert.False(Logger(host, "Kinora.Core.Jobs").IsEnabled(LogLevel.Debug));
        Assert.False(Logger(host, "Microsoft.AspNetCore.Routing").IsEnabled(LogLevel.Information));
        Assert.False(Logger(host, "Npgsql.Command").IsEnabled(LogLevel.Information));
        Assert.True(Logger(host, "Npgsql.Command").IsEnabled(LogLevel.Warning));
    }

    [Fact]
    public void Configuration_wins_over_the_defaults()
    {
        using var host = Build(["--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Microsoft=Information"]);

        Assert.True(Logger(host, "Kinora.Core.Jobs").IsEnabled(LogLevel.Debug));
        Assert.True(Logger(host, "Microsoft.AspNetCore.Routing").IsEnabled(LogLevel.Information));
    }

    private static IHost Build(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.AddKinoraLogging();
        return builder.Build();
    }

    private static ILogger Logger(IHost host, string category) => host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category);
}
