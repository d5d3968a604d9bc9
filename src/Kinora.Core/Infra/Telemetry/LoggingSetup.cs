using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Kinora.Core.Infra.Telemetry;

/// <summary>Logs of every process: JSON lines on stdout (docs/decisions/0002-logging.md).</summary>
public static class LoggingSetup
{
    private static readonly Dictionary<string, string?> Levels = new()
    {
        ["Logging:LogLevel:Default"] = nameof(LogLevel.Information),
        ["Logging:LogLevel:Microsoft"] = nameof(LogLevel.Warning),
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = nameof(LogLevel.Information),
        ["Logging:LogLevel:System.Net.Http"] = nameof(LogLevel.Warning),
        // Whoever catches the exception logs it; a first migration's look for its own table is no error at all.
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = nameof(LogLevel.None),
        ["Logging:LogLevel:Npgsql"] = nameof(LogLevel.Warning),
    };

    public static IHostApplicationBuilder AddKinoraLogging(this IHostApplicationBuilder builder)
    {
        // As the lowest source, so that appsettings and Logging__LogLevel__* win; AddFilter would win over them.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Levels });

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Logging.ClearProviders();
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId);
        builder.Logging.AddConsole(options => options.FormatterName = JsonLineFormatter.FormatterName);
        builder.Logging.AddConsoleFormatter<JsonLineFormatter, ConsoleFormatterOptions>();
        return builder;
    }
}
