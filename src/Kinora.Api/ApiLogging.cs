using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Kinora.Api;

/// <summary>JSON lines on the output. Scopes become members, so requestId and userId stand in every line of a request.</summary>
internal static class ApiLogging
{
    public static void AddApiLogging(this WebApplicationBuilder builder) => builder.Services.AddSerilog(
        logger => logger
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            // What it logs as errors it throws as well, and that is logged where it is answered.
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Fatal)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext()
            .WriteTo.Console(new CompactJsonFormatter()),
        preserveStaticLogger: true);
}
