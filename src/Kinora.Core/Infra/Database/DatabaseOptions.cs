using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Infra.Database;

/// <summary>Section "Kinora:Database".</summary>
public sealed class DatabaseOptions
{
    /// <summary>In Npgsql's form: "Host=...;Port=...;Username=...;Password=...;Database=...".</summary>
    [Required]
    public string ConnectionString { get; set; } = "Host=127.0.0.1;Username=kinora;Database=kinora";

    /// <summary>How long a statement of a request or a job may run.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait for a connection.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections of this process at most.</summary>
    [Range(4, 1000)]
    public int MaxPoolSize { get; set; } = 40;
}
