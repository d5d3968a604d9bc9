using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace Kinora.Core.Infra.Redis;

/// <summary>Where Redis is and how long to wait for it; section "Kinora:Redis".</summary>
public sealed class RedisOptions : IValidatableObject
{
    public const string Section = "Kinora:Redis";

    /// <summary>As StackExchange.Redis reads it: "host:port,password=...,ssl=true".</summary>
    [Required]
    public string ConnectionString { get; set; } = "127.0.0.1:6379";

    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a request waits to be counted; then its process counts by itself.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan RateTimeout { get; set; } = TimeSpan.FromMilliseconds(100);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string? error = null;
        try
        {
            if (ConfigurationOptions.Parse(ConnectionString).EndPoints.Count == 0)
            {
                error = "it names no server";
            }
        }
        catch (ArgumentException e)
        {
            error = e.Message;
        }

        if (error is not null)
        {
            yield return new ValidationResult($"{Section}:{nameof(ConnectionString)} cannot be read: {error}", [nameof(ConnectionString)]);
        }
    }
}
