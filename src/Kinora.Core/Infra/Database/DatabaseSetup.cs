using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Kinora.Core.Infra.Database;

public static class DatabaseSetup
{
    public static IServiceCollection AddKinoraDatabase(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DatabaseOptions>()
            .Bind(configuration.GetSection("Kinora:Database"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(provider => CreateDataSource(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        services.AddDbContextFactory<KinoraDb>((provider, options) => Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<KinoraDb>>().CreateDbContext());
        return services;
    }

    /// <summary>Brings the schema to this version; several processes may do it at once (EF takes a lock).</summary>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var factory = services.GetRequiredService<IDbContextFactory<KinoraDb>>();
        await using var db = await factory.CreateDbContextAsync(cancellation);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await db.Database.MigrateAsync(cancellation);
    }

    internal static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource source) =>
        options.UseNpgsql(source).UseSnakeCaseNamingConvention();

    /// <summary>
    /// A transaction stands still for no longer than a statement may run: a process that is frozen in the midst of one (SIGSTOP, a paused
    /// machine) would keep its rows locked, and with them the reaper that is to take its job.
    /// </summary>
    private static NpgsqlDataSource CreateDataSource(DatabaseOptions options)
    {
        var milliseconds = (long)options.CommandTimeout.TotalMilliseconds;
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            CommandTimeout = (int)options.CommandTimeout.TotalSeconds,
            Timeout = (int)options.ConnectTimeout.TotalSeconds,
            MaxPoolSize = options.MaxPoolSize,
            ApplicationName = "kinora",

            // The rounds of two idle processes took PostgreSQL 1.0 % of a core with statements planned anew each time, and 0.2 % with prepared ones.
            MaxAutoPrepare = 100,
        };
        connection.Options = $"{connection.Options} -c idle_in_transaction_session_timeout={milliseconds}".TrimStart();
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).Build();
    }
}
