using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace Kinora.Core.Infra.Database;

/// <summary>For `dotnet ef migrations add`, which never connects.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<KinoraDb>
{
    public KinoraDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<KinoraDb>();
        DatabaseSetup.Configure(options, NpgsqlDataSource.Create("Host=127.0.0.1"));
        return new KinoraDb(options.Options);
    }
}
